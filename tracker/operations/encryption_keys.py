"""The encryption keys that this database was written under: noted by id, replaced, given up when they are lost."""

import logging
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, transaction
from django.db.models import Q, QuerySet

from tracker.core.audit import record_audit
from tracker.lib.encryption import NO_KEY, Unreadable, decrypt, encrypt, key_ids
from tracker.models import OutsideKind, OutsidePart

log = logging.getLogger(__name__)

DRAFTS_LIVE = timedelta(days=2)  # longer than any unsaved form waits
_SECRETS = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


def noted_keys() -> QuerySet[OutsidePart]:
    return OutsidePart.objects.filter(kind=OutsideKind.ENCRYPTION_KEY)


def keys_in_database() -> list[str]:
    """Their ids as the web server asks for them when it starts; none where the database cannot say.

    Over a connection of its own that does not wait: a database that is away must not keep /check from answering.
    """
    reader = connections.create_connection(DEFAULT_DB_ALIAS)
    impatient = {"timeout": 1} if reader.vendor == "sqlite" else {"connect_timeout": 3}
    reader.settings_dict = {
        **reader.settings_dict,
        "OPTIONS": {**reader.settings_dict["OPTIONS"], **impatient},
    }
    try:
        with reader.cursor() as cursor:
            cursor.execute(
                f"SELECT identifier FROM {OutsidePart._meta.db_table} WHERE kind = %s",
                [OutsideKind.ENCRYPTION_KEY],
            )
            return [identifier for (identifier,) in cursor.fetchall()]
    except DatabaseError:
        log.warning("encryption_keys_not_checked")
        return []
    finally:
        reader.close()


def refuse_wrong_keys(noted: list[str]) -> None:
    """Raises where one of the keys that this database was written under is not here, and names it."""
    here = key_ids()
    if not here and not noted:
        raise ImproperlyConfigured(NO_KEY)
    missing = [identifier for identifier in noted if identifier not in here]
    if missing:
        raise ImproperlyConfigured(
            f"This database was written under the encryption key {', '.join(missing)}. "
            f"ENCRYPTION_KEYS holds {', '.join(here) or 'none'}. Put the right key there. If it is lost for good: "
            "`python manage.py encryption abandon` says what goes with it."
        )


def refuse_foreign_database() -> None:
    """Raises where this database was written under a key that is not here: before anything is served."""
    refuse_wrong_keys(keys_in_database())


@transaction.atomic
def note_newest_key(*, now: datetime) -> None:
    """The first of ENCRYPTION_KEYS is the one that counts from now on."""
    newest = key_ids()[0]
    noted_keys().filter(replaced_at=None).exclude(identifier=newest).update(replaced_at=now)
    OutsidePart.objects.update_or_create(
        kind=OutsideKind.ENCRYPTION_KEY,
        identifier=newest,
        defaults={"replaced_at": None},
        create_defaults={"since": now},
    )


@transaction.atomic
def encrypt_anew() -> int:
    """Second factors under a former key, or under none, come under the newest. How many."""
    count = 0
    for kind, name in _SECRETS.items():
        older = Authenticator.objects.filter(type=kind).exclude(
            **{f"data__{name}__startswith": f"{key_ids()[0]}:"}
        )
        for row in older.select_for_update():
            try:
                row.data[name] = encrypt(_open(row.data[name]))
            except Unreadable:  # one damaged row keeps nobody else's site from starting
                log.error("second_factor_unreadable")
                continue
            row.save(update_fields=["data"])
            count += 1
    return count


def forget_former_keys(*, now: datetime) -> int:
    """Nothing is under them any more: the site does without. An older backup still needs them, and names them."""
    return noted_keys().filter(replaced_at__lt=now - DRAFTS_LIVE).delete()[0]


@transaction.atomic
def abandon_key(*, identifier: str, now: datetime) -> int:
    """The key is lost: so are the second factors under it. Whose they were sets up new ones. How many people."""
    under_it = Q(data__secret__startswith=f"{identifier}:") | Q(data__seed__startswith=f"{identifier}:")
    lost = Authenticator.objects.filter(under_it, type__in=_SECRETS)
    people = set(lost.values_list("user_id", flat=True))
    lost.delete()
    noted_keys().filter(identifier=identifier).delete()
    for person in people:
        record_audit("second-factor.lost", by=None, now=now, about=person)
    record_audit("encryption-key.abandoned", by=None, now=now, key=identifier)
    return len(people)


def _open(stored: str) -> str:
    """What was stored before anything was encrypted is as it is."""
    try:
        return decrypt(stored)
    except Unreadable:
        if ":" in stored:
            raise
        return stored
