"""`manage.py setup`: everything between a fresh checkout and a site that can be served. Run before every start."""

import hashlib
import io
import os
import secrets
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from py_vapid import Vapid

from tracker.accounts.erased_list import prepare_list
from tracker.accounts.erasure import erase_again
from tracker.audit.chain import keep_head, kept_head
from tracker.core.refused import Refused
from tracker.lib.encryption import new_key
from tracker.lib.translations import compile_translations
from tracker.models import AuditEvent, AuditSeal
from tracker.operations.encryption_keys import encrypt_anew, note_newest_key, noted_keys, refuse_wrong_keys

PRIVATE = 0o077  # the file mode that nobody else gets


class Command(BaseCommand):
    help = "Makes the private folder and the secret key, migrates, translates, collects static files, fills the demo."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--image",
            action="store_true",
            help="only what an image is built with: translations, static files",
        )

    def handle(self, *args: object, image: bool, **options: object) -> None:
        if image:
            compile_translations(settings.LOCALE_PATHS)
            collect_static_files()
            return
        os.umask(PRIVATE)
        make_private_folder(settings.VAR)
        make_secret("SECRET_KEY", settings.VAR / "secret_key")
        make_secret("AUDIT_KEY", settings.VAR / "audit_key")
        make_push_key(settings.PUSH_KEY_FILE)
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        begin_chain()
        prepare_keys(settings.VAR / "encryption_keys")
        keep_erased()
        compile_translations(settings.LOCALE_PATHS)
        collect_static_files()
        if wants_demo():
            fill_demo(settings.VAR / "demo-logins.txt")


def make_private_folder(folder: Path) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)


def secret_text() -> str:
    return secrets.token_urlsafe(50)


def make_secret(name: str, file: Path, make: Callable[[], str] = secret_text) -> None:
    """Once, and only where the environment names none."""
    if getattr(settings._wrapped, name):  # type: ignore[misc]  # a name of Django's inside
        return
    setattr(settings, name, make())
    draft = file.with_suffix(".new")
    draft.write_text(getattr(settings, name))
    draft.replace(file)


def make_push_key(file: Path) -> None:
    """Once: browsers that subscribed under it know the site by it."""
    if file.exists():
        return
    key = Vapid()
    key.generate_keys()
    draft = file.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_bytes(key.private_pem())
    draft.replace(file)


def prepare_keys(file: Path) -> None:
    """Makes the first; never another one for a database that was written under a key which is not here."""
    known = [str(key) for key in noted_keys()]
    if not known:
        make_secret("ENCRYPTION_KEYS", file, new_key)
    try:
        refuse_wrong_keys(known)
    except ImproperlyConfigured as refusal:
        raise CommandError(str(refusal)) from None
    note_newest_key(now=timezone.now())
    encrypt_anew()


def keep_erased() -> None:
    """Whoever was erased stays so, also where an older copy of the database was put back by hand."""
    now = timezone.now()
    try:
        prepare_list(now=now)
    except Refused as refusal:
        raise CommandError(str(refusal)) from None
    erase_again(now=now)


def begin_chain() -> None:
    """Only beside a database without a past: there a head that is missing is a finding, and stays one."""
    if kept_head() is None and not (AuditEvent.objects.exists() or AuditSeal.objects.exists()):
        keep_head(None)


def collect_static_files() -> None:
    """Only when one has changed: hashing and compressing them takes seconds. An image has its own, read-only."""
    marker = Path(settings.STATIC_ROOT) / ".collected"
    if marker.exists() and not os.access(settings.STATIC_ROOT, os.W_OK):
        return
    wanted = fingerprint_of_static_files()
    if marker.exists() and marker.read_text() == wanted:
        return
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    marker.write_text(wanted)


def fingerprint_of_static_files() -> str:
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for path, storage in sorted(finder.list(None), key=lambda found: found[0]):
            found = os.stat(storage.path(path))
            digest.update(f"{path} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def wants_demo() -> bool:
    return settings.DEMO and "demo" in get_commands() and not get_user_model()._default_manager.exists()


def fill_demo(logins: Path) -> None:
    """The command prints who can log in; ./start shows that on every start."""
    printed = io.StringIO()
    call_command("demo", stdout=printed)
    logins.write_text(printed.getvalue())
