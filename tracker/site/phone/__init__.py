"""The phone without a network: what it keeps of a child, and what it sends once it is back."""
