// Texts of the rules with their values, as Python's "%(name)s" puts them in.

export function filled(text, values) {
  return text.replace(/%(?:\((\w+)\)[sd]|%)/g, (found, name) => (name ? values[name] : "%"));
}

/** What is asked back about `field`: a text of the rules, and the values that stand in it. */
export function question(field, msgid, values) {
  return { field, message: filled(msgid, values), msgid, values };
}
