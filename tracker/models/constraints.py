"""Constraints that several tables share."""

from collections.abc import Collection

from django.db.models import CheckConstraint, Q


def paired(*fields: str, name: str) -> CheckConstraint:
    """All of these columns are set, or none is: who and when belong together."""
    return CheckConstraint(
        condition=Q(**{f"{field}__isnull": True for field in fields})
        | Q(**{f"{field}__isnull": False for field in fields}),
        name=name,
    )


def one_of(field: str, allowed: Collection[str], name: str) -> CheckConstraint:
    return CheckConstraint(condition=Q(**{f"{field}__in": list(allowed)}), name=name)
