"""What requests pass through that knows people, rows or pages. Their order stands in config/settings.py."""
