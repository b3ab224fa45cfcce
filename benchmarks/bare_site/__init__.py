"""The limits: Django with no middleware, on the same database as the site, that does the least of it."""

ROWS, CHILDREN = 100, 50
