"""What django-allauth asks this site."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.translation import get_language

from tracker.models import User


class Adapter(DefaultAccountAdapter):
    """Everybody lands on "/", which knows the way on; `next` and the session bring back what was begun."""

    def new_user(self, request: HttpRequest) -> Any:
        """With the language of the page on which the account is made."""
        return User(language=get_language() or "en")
