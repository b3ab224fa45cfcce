"""Django's rules for a password, said in plain words: its own hints read at grade 9."""

from typing import Any

from django.contrib.auth import password_validation as rules
from django.utils.translation import gettext


class LongEnough(rules.MinimumLengthValidator):
    def get_help_text(self) -> str:
        return gettext("Use at least %(n)d letters or numbers.") % {"n": self.min_length}


class NotCommon(rules.CommonPasswordValidator):
    def get_help_text(self) -> str:
        return gettext("Do not use one that many people use.")


class NotOneself(rules.UserAttributeSimilarityValidator):
    def get_help_text(self) -> Any:
        return gettext("Do not use your name or your address.")
