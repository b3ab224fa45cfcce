"""The forms around the log: the beginning, treatment, family, settings. Each page draws its own form tag."""
