"""Settings, one file. Everything that differs between machines is an environment variable (docs/deploy.md)."""

from email.utils import parseaddr
from pathlib import Path

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

from config import env
from config.json_logs import logging_settings
from config.languages import read_languages
from config.paths import BASE, broker_url, var_folder

BASE_DIR = BASE
VAR = var_folder()

# Where it is reached, and its secret. There is no default one: config/wsgi.py refuses to serve without.
SITE_URL, SITE_HOST, HTTPS = env.site("SITE_URL", "http://localhost:" + env.text("PORT", "8000"))
ALLOWED_HOSTS = [SITE_HOST, "localhost", "127.0.0.1", "[::1]", *env.items("ALLOWED_HOSTS")]
SECRET_KEY = env.secret("SECRET_KEY", VAR / "secret_key")
AUDIT_KEY = env.secret("AUDIT_KEY", VAR / "audit_key")  # seals the record of who did what
AUDIT_HEAD = Path(
    env.text("AUDIT_HEAD", str(VAR / "audit_head"))
)  # how far the seals go: better on another disk
ALIVE_FILE = env.text("ALIVE_FILE")  # touched by a part without a port while it lives; empty: by none
READS_NOT_RECORDED = VAR / "reads_not_recorded"  # touched where a nurse's look could not be written down
ENCRYPTION_KEYS = env.secret("ENCRYPTION_KEYS", VAR / "encryption_keys")  # the newest first
METRICS_TOKEN = env.secret("METRICS_TOKEN", VAR / "metrics_token")  # without it there are no /metrics
RETAIN_DAYS = env.number("RETAIN_DAYS", 3 * 365, least=30)  # a child of whom nobody logs or looks
ERASED = Path(
    env.text("ERASED_LIST", str(VAR / "erased"))
)  # ids of who was erased: no backup brings them back
LEGAL_DIR = Path(env.text("LEGAL_DIR", str(VAR / "legal")))  # what only the hospital can write about itself
SECURITY_CONTACT = env.contact("SECURITY_CONTACT")
SECRET_KEY_FALLBACKS = env.items("SECRET_KEY_FALLBACKS")
DEBUG = env.flag("DEBUG")
if DEBUG and HTTPS:
    raise ImproperlyConfigured(
        "DEBUG shows what people wrote to whoever meets an error: not on an https site."
    )

# The demo's families fill the site's own empty database on its first start, and never one that DATABASE_URL names.
DEMO = env.flag("DEMO", default=not env.text("DATABASE_URL") and not HTTPS)

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TASK_APPLICATION = "config.celery.app"  # how tracker/ finds the queue without importing config/
INSTALLED_APPS = [
    "tracker",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.admin",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.RequestLog",
    "csp.middleware.CSPMiddleware",
    "config.middleware.PrivatePages",
    "django.middleware.gzip.GZipMiddleware",  # it pads pages at random, so that their length tells nothing (BREACH)
    "tracker.site.middleware.sessions.DatabaseWaiting",
    "tracker.site.middleware.sessions.Sessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tracker.site.middleware.access.LoginRequired",  # open pages say @login_not_required
    "tracker.site.middleware.signing_in.SigningInTurns",
    "tracker.site.middleware.access.SecondFactor",
    "tracker.site.middleware.staff.StaffSessions",
    "tracker.site.middleware.staff.StaffReads",
    "tracker.site.middleware.pages.PersonsPlace",
    "django.contrib.messages.middleware.MessageMiddleware",
    "tracker.site.middleware.pages.LostDrafts",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tracker.site.middleware.pages.NoEmptyPage",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE / "templates"],
        "OPTIONS": {
            "builtins": ["tracker.templatetags.hours"],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "tracker.core.templates.UnindentedLoader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tracker.core.pages.known_numbers",
            ],
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
CSRF_FAILURE_VIEW = "tracker.site.views.errors.csrf_failure"

# The database is the truth, and holds the cache, the sessions and the rate limits too: a dead broker costs no page.
# Untuned, SQLite answers two writers with "database is locked", and may leave what was erased in the file. A page waits
# less: tracker/lib/database.py.
DATABASE_WAITS = env.number("DATABASE_WAITS", 20, least=2)  # seconds; config/wsgi.py says two
SQLITE = {
    "ENGINE": "tracker.lib.fair_sqlite3",
    "NAME": VAR / "nightlight.sqlite3",
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": DATABASE_WAITS,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA secure_delete=ON;",
    },
}
DATABASES = {"default": SQLITE}
if url := env.text("DATABASE_URL"):
    try:
        named = dj_database_url.parse(url)
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL: {error}") from None
    is_sqlite = named["ENGINE"].endswith("sqlite3")
    named["OPTIONS"] = {"connect_timeout": DATABASE_WAITS} | named.get("OPTIONS", {})
    DATABASES = {
        "default": SQLITE | {"NAME": named["NAME"]} if is_sqlite else {**named, "CONN_HEALTH_CHECKS": True}
    }
# Behind a pooler that hands out a connection for one transaction, nothing may rely on it staying the same.
DATABASE_POOLED = env.flag("DATABASE_POOLED")
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = DATABASE_POOLED
DATABASES["default"]["CONN_MAX_AGE"] = env.number("DATABASE_SECONDS", 60)
CACHES = {
    "default": {
        "BACKEND": "tracker.lib.shared_cache.Cache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},  # with Django's 300, who asks often would empty the limits
    }
}

# People. A parent's session slides for 90 days (config/middleware.py); an unconfirmed address never blocks a log.
AUTH_USER_MODEL = "tracker.User"
AUTHENTICATION_BACKENDS = ["tracker.core.second_factor.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "tracker.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "tracker.accounts.passwords.NotCommon"},
    {"NAME": "tracker.accounts.passwords.NotOneself"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "tracker.accounts.adapters.Adapter"
ACCOUNT_FORMS = {
    "signup": "tracker.accounts.forms.NewAccountForm",
    "request_login_code": "tracker.accounts.forms.AskForCodeForm",
    "reset_password": "tracker.accounts.forms.ForgottenPasswordForm",
    "reset_password_from_key": "tracker.accounts.forms.NewPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60  # seconds: a mail server may let a first mail wait for some minutes
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_PREVENT_ENUMERATION = True  # but for signing up: docs/adr/in-at-once.md
ACCOUNT_RATE_LIMITS = {
    "signup": "20/m/ip,60/h/ip",  # a whole ward may be behind one address
    "login": None,  # passwords and mails: tracker/accounts/rate_limits.py
    "request_login_code": None,
    "reset_password": None,
    "reset_password_from_key": None,  # nobody guesses the key in a link
    "login_failed": "5/5m/key",  # of the second step, which is asked for after the password
}
MFA_RATE_LIMITS = {"webauthn_login": None}  # it hands out a challenge, and nobody guesses a passkey
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before another address can sign in, as before a passkey can
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Nightlight: "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
ACCOUNT_EMAIL_NOTIFICATIONS = True  # a new passkey, password or address is told to the address that is known
USERSESSIONS_ADAPTER = "tracker.accounts.adapters.SessionsAdapter"
MFA_ADAPTER = "tracker.accounts.adapters.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "tracker.accounts.forms.CodeForm",
    "reauthenticate": "tracker.accounts.forms.CodeAgainForm",
    "activate_totp": "tracker.accounts.forms.NewAppForm",
    "add_webauthn": "tracker.accounts.forms.AddPasskeyForm",
    "login_webauthn": "tracker.accounts.forms.SignInByPasskeyForm",
    "authenticate_webauthn": "tracker.accounts.forms.PasskeyForm",
    "reauthenticate_webauthn": "tracker.accounts.forms.PasskeyAgainForm",
    "edit_webauthn": "tracker.accounts.forms.RenamePasskeyForm",
}
MFA_TOTP_ISSUER = "Nightlight"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_TOLERANCE = 1  # a telephone's clock may be half a minute off

SESSION_SERIALIZER = "tracker.lib.session_serializer.Serializer"
SESSION_COOKIE_AGE = 90 * 24 * 3600
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
STAFF_COOKIE_NAME = "__Host-staff" if HTTPS else "staff"  # when its nurse was last there
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"

# Headers. Behind a proxy that ends TLS, PROXIES says how many there are; only then are their headers believed.
PROXIES = env.number("PROXIES", 0)
if PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
CSRF_TRUSTED_ORIGINS = [SITE_URL] if HTTPS else []
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics$"]
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = (
    "same-origin"  # "no-referrer" would take the Origin from our own forms, and CSRF with it
)
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        **{
            kind: ["'self'"]
            for kind in ("script-src", "style-src", "font-src", "connect-src", "manifest-src")
        },
        "worker-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
        **({"upgrade-insecure-requests": True} if HTTPS else {}),
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 200_000
# A photo is never written to a disk as it came; what is larger is not let in (gunicorn_worker.py).
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 16_000_000

# Language and time. The person's own come with the person; times are stored in UTC.
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE / "locale"]
LANGUAGE_FILES = read_languages(BASE / "locale")  # what each says of itself: a draft, or who has read it
LANGUAGES = [(code, file.name) for code, file in LANGUAGE_FILES.items()]
FORMAT_MODULE_PATH = ["config.formats"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = Path(env.text("STATIC_DIR", str(VAR / "static")))
STATICFILES_FINDERS = [
    "tracker.lib.served_scripts.ServedScripts",  # before their sources
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "tracker.lib.style_sheet.OneStyleSheet",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Mail goes to files in var/outbox/ until EMAIL_URL names a server.
OUTBOX = VAR / "outbox"
EMAIL_BACKEND = "tracker.messaging.channels.outbox.EmailBackend"
globals().update(env.mail("EMAIL_URL"))
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.text("MAIL_FROM", "Nightlight <nightlight@localhost>")
BOUNCES = env.mailbox("BOUNCES_URL")  # where mail that came back lies; None where nobody reads it from here

# SMS goes to the same files until SMS_URL names a gateway. A browser is pushed to only through these services.
SMS_URL = env.sms("SMS_URL")
PUSH_HOSTS = env.items("PUSH_HOSTS") or [
    "fcm.googleapis.com",
    "jmt17.google.com",  # Chromium that is not of Google's stable channel: Debian's, for one
    "updates.push.services.mozilla.com",
    ".push.apple.com",
    ".notify.windows.com",
]
PUSH_KEY_FILE = Path(env.text("PUSH_KEY_FILE", str(VAR / "push_key.pem")))
PUSH_CONTACT = SITE_URL if HTTPS else f"mailto:{parseaddr(DEFAULT_FROM_EMAIL)[1]}"  # whom a push service asks
PUSH_LEAVES_THE_HOUSE = env.flag("PUSH", default=not DEMO)

LOGGING = logging_settings(env.text("LOG_LEVEL", "INFO"))

# The broker carries, it keeps nothing. A task may run twice, late or never.
CELERY_BROKER_URL = env.text("REDIS_URL", broker_url(VAR))
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 120,  # longer than the longest task, else a running one is started again
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_connect_timeout": 5,
    "socket_timeout": 5,
    "health_check_interval": 20,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # for ever
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 5
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SOFT_TIME_LIMIT = 45
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "config.celery.Scheduler"
