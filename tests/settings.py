"""The site's settings with what tests need cheaper or quieter; nothing that changes what a page does."""

import os
import secrets
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(50))
os.environ.setdefault("AUDIT_KEY", secrets.token_urlsafe(50))
# Each worker's own: one that inherited another's would find that one's chain cut.
os.environ["AUDIT_HEAD"] = f"{tempfile.gettempdir()}/nightlight-tests-{os.getpid()}.head"
os.environ.setdefault("ENCRYPTION_KEYS", Fernet.generate_key().decode())

from config.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = True  # no warning about a folder that was never collected
CELERY_BROKER_URL = "redis+socket:///nonexistent/redis.sock"  # a test that wants a broker asks for one
DEMO = False
LEGAL_DIR = Path(__file__).parent / "support" / "legal"
SECURITY_CONTACT = "mailto:security@hospital.example"
READS_NOT_RECORDED = Path(tempfile.gettempdir()) / f"nightlight-tests-{os.getpid()}.reads"
ERASED = Path(tempfile.gettempdir()) / f"nightlight-tests-{os.getpid()}.erased"
