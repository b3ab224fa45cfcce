"""A template as safe text, for who puts it into another."""

from collections.abc import Mapping
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe


def rendered(template: str, context: Mapping[str, Any]) -> SafeString:
    """The engine has escaped what stands in it."""
    return mark_safe(get_template(template).render(dict(context)))
