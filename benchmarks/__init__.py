"""How fast the site is beside the least that could do the same, in one run: docs/performance.md."""
