"""Django settings: everything comes from the environment or from the installation directory."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from muster.project import embedded

SOURCE = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("MUSTER_VAR", "var")).resolve()
KEY_DIR = Path(os.environ.get("MUSTER_KEY_DIR", VAR / "keys"))
TESTING = "MUSTER_TEST_SOCKET" in os.environ


def _installation() -> dict[str, Any]:
    """What `muster serve` or `muster demo` wrote down when this installation was made."""
    path = VAR / "installation.json"
    return json.loads(path.read_text()) if path.exists() else {}


def _secret() -> str:
    path = VAR / "secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


TRAINING = bool(_installation().get("training", False))
SECRET_KEY = "for the test suite only, never served" if TESTING else _secret()
DEBUG = False
ALLOWED_HOSTS = os.environ.get("MUSTER_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
HTTPS = os.environ.get("MUSTER_HTTPS", "") == "1"

DOMAINS = (
    "places",
    "people",
    "responders",
    "incidents",
    "cases",
    "worklists",
    "mobilising",
    "sampling",
    "passes",
    "supplies",
    "helpline",
    "notices",
)
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
    "muster.core",
    *(f"muster.domain.{name}" for name in DOMAINS if (SOURCE / "domain" / name / "apps.py").exists()),
    *(
        f"muster.{name}"
        for name in ("reports", "interop", "fieldapp", "public", "commandpost")
        if (SOURCE / name / "apps.py").exists()
    ),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "muster.project.admission.Admission",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "muster.project.middleware.ScopeMiddleware",
]
ROOT_URLCONF = "muster.project.urls"
WSGI_APPLICATION = "muster.project.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # first, so that the desk's sign-in pages win over those allauth ships
        "DIRS": [SOURCE / "commandpost" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "muster.project.middleware.frame",
            ]
        },
    }
]


def _database() -> dict[str, Any]:
    """The embedded server by default; DATABASE_URL for a server of one's own."""
    role = os.environ.get("MUSTER_DB_ROLE", "app_rw")
    database: dict[str, Any] = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": os.environ.get("MUSTER_DB_NAME", "muster"),
        "USER": role,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
    url = os.environ.get("DATABASE_URL")
    if TESTING:
        database["HOST"] = os.environ["MUSTER_TEST_SOCKET"]
    elif url:
        parts = urlsplit(url)
        database |= {
            "NAME": parts.path.lstrip("/"),
            "USER": role if role != "app_rw" else unquote(parts.username or role),
            "PASSWORD": os.environ.get("MUSTER_DB_PASSWORD") or unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": str(parts.port or ""),
        }
    else:
        database["HOST"] = str(embedded.socket_dir(VAR / "pg"))
    return database


DATABASES = {"default": _database()}
# on disk: failed sign-ins are counted together by all web processes
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": VAR / "cache",
        # many more than the usual 300: nobody shall push their own failures out by failing under other names
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    },
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "core.Account"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]
    if TESTING
    else ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "muster.project.middleware.ClosedSignUp"
# user name and address together: a command post behind one NAT is not locked out by three slips
ACCOUNT_RATE_LIMITS = {"login_failed": "10/10m/key"}
# how many proxies of ours add the address they were asked from: the last so many of X-Forwarded-For are believed
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("MUSTER_PROXIES", "0"))
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
if HTTPS:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SILENCED_SYSTEM_CHECKS = [
    "security.W005",
    "security.W021",
]  # subdomains and preload are the operator's promise
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [SOURCE / "locale"]
USE_I18N = USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
# Files stay in memory, never in clear on a disk; what is larger than any file that is taken is not kept at all.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 65 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_NUMBER_FILES = 200  # a form of ODK Collect comes with up to a hundred photographs at once
PGHISTORY_LEVEL = "Statement"
PGHISTORY_CREATED_AT_FUNCTION = "muster_now()"
PROCRASTINATE_ON_APP_READY = "muster.project.jobs.on_app_ready"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "muster.project.faults.Discreet",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
