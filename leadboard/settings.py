"""The one settings file: everything comes from the environment (`leadboard.environment` reads it)."""

import os
import sys
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

from leadboard.environment import read, read_flag, read_number, read_secret_key, read_url

ROOT = Path(__file__).resolve().parent.parent

LEADBOARD_URL = read_url("LEADBOARD_URL")
LEADBOARD_DATA = (ROOT / read("LEADBOARD_DATA")).resolve()
LEADBOARD_DATA.mkdir(parents=True, exist_ok=True)
LEADBOARD_PORT = read_number("LEADBOARD_PORT", 1, 65535)
LEADBOARD_HOST = read("LEADBOARD_HOST")
LEADBOARD_WEB = read_number("LEADBOARD_WEB", 1, 32)
LEADBOARD_CLOCKS = read_number("LEADBOARD_CLOCKS", 1, 8)
LEADBOARD_DEMO = read_flag("LEADBOARD_DEMO")
LEADBOARD_ASK_DNS = read_flag("LEADBOARD_ASK_DNS")
LEADBOARD_SIMULATE = read_flag("LEADBOARD_SIMULATE")
LEADBOARD_METRICS_TOKEN = read("LEADBOARD_METRICS_TOKEN")
LEADBOARD_TOUCH_MONTHS = read_number("LEADBOARD_TOUCH_MONTHS", 1, 120)
OUTBOUND_ALLOW = [*filter(None, read("LEADBOARD_OUTBOUND_ALLOW").replace(" ", "").split(","))]
LEADBOARD_WIRING = "leadboard.wiring"

SECRET_KEY = read_secret_key(LEADBOARD_DATA)
DEBUG = False
HTTPS = LEADBOARD_URL.startswith("https://")
ALLOWED_HOSTS = [
    LEADBOARD_URL.partition("://")[2].partition(":")[0],
    *(("localhost", "127.0.0.1", "[::1]") if not HTTPS else ()),
    *filter(None, read("ALLOWED_HOSTS").split(",")),
]
if "*" in ALLOWED_HOSTS:
    raise ImproperlyConfigured("ALLOWED_HOSTS must name its hosts; * would switch the origin check off")
CSRF_TRUSTED_ORIGINS = [LEADBOARD_URL]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_q",
    "rest_framework",
    "knox",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_filters",
    "allauth",
    "allauth.account",
    "leadboard.people",
    "leadboard.playbook",
    "leadboard.leads",
    "leadboard.sheets",
    "leadboard.companies",
    "leadboard.capture",
    "leadboard.imports",
    "leadboard.board",
    "leadboard.notify",
    "leadboard.tracking",
    "leadboard.forms",
    "leadboard.health",
    "leadboard.limits",
    "leadboard.privacy",
    "leadboard.capture.screening",
    "leadboard.capture.duplicates",
    "qualification",
    "qualification.governance",
    "qualification.corrections",
    "handoff",
    "leadboard",
]

# Each MiddlewareMixin costs two thread hops under ASGI unless the innermost is sync-only:
# `stay_sync` makes Django build the whole chain in one hop (measured: 1.3 to 1.7 times faster).
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "leadboard.http.guards.refuse_nonsense",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "leadboard.http.guards.stay_sync",
]

ROOT_URLCONF = "leadboard.urls"
ASGI_APPLICATION = "leadboard.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "leadboard.board.context.screen",
                "leadboard.notify.tray.open_alerts_of",
            ],
            "builtins": ["leadboard.board.templatetags.board"],
        },
    }
]

# Only the web program pools (psycopg_pool): persistent connections under daphne leak one per
# thread until PostgreSQL is full, and a pool inherited over django-q2's fork breaks its tasks.
WEB = os.environ.get("LEADBOARD_PROGRAM") == "web"
WEB_POOL_SIZE = 8


def read_database(data):
    """Return the DATABASES entry: DATABASE_URL, else the socket of the embedded PostgreSQL."""
    url = read("DATABASE_URL")
    if not url:
        from leadboard import embedded  # noqa: PLC0415 - reason: not needed (nor installed) with DATABASE_URL

        url = embedded.url(data)
    database = environ.Env.db_url_config(url)
    if database["ENGINE"] not in {"django.db.backends.postgresql", "django.db.backends.psycopg2"}:
        raise ImproperlyConfigured("DATABASE_URL must be a postgres:// address; no other engine is supported")
    database["ENGINE"] = "django.db.backends.postgresql"
    database["CONN_HEALTH_CHECKS"] = True
    database["CONN_MAX_AGE"] = 0 if WEB else 600
    options = database.setdefault("OPTIONS", {})
    options.setdefault(
        "application_name", f"leadboard {os.environ.get('LEADBOARD_PROGRAM', Path(sys.argv[0]).stem)}"
    )
    if WEB:
        options["pool"] = {"min_size": 2, "max_size": WEB_POOL_SIZE, "timeout": 10, "max_idle": 300}
    return database


DATABASES = {"default": read_database(LEADBOARD_DATA)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "leadboard.people.sign_in.StaffOnlyAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if HTTPS else "http"
TRUSTS_PROXY = read_flag("LEADBOARD_TRUST_PROXY")
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if TRUSTS_PROXY else 0
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"

# Not cached_db: the cache is one per web process, and a session signed out in one would live on in another.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-leadboard" if HTTPS else "leadboard"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
CSRF_COOKIE_NAME = "__Host-leadboard-csrf" if HTTPS else "leadboard-csrf"
CSRF_FAILURE_VIEW = "leadboard.http.refusals.csrf_failure"
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_REDIRECT_EXEMPT = ["^health/"]  # probes come to the container itself, without TLS and by number
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if TRUSTS_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "manifest-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "leadboard.people.tokens.BearerAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["leadboard.people.rights.IsStaffMember"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["leadboard.http.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "leadboard.http.paging.NewestFirst",
    "EXCEPTION_HANDLER": "leadboard.http.refusals.answer_exception",
    "URL_FORMAT_OVERRIDE": None,
    "PAGE_SIZE": 50,
}
REST_KNOX = {
    "AUTH_HEADER_PREFIX": "Bearer",
    "TOKEN_TTL": None,
    "TOKEN_LIMIT_PER_USER": None,
    "AUTO_REFRESH": False,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "leadboard",
    "DESCRIPTION": "Leads, claims, clocks and playbooks; every act of the board is here too.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "SCHEMA_PATH_PREFIX": "/api",
    "ENUM_NAME_OVERRIDES": {
        "ActionKind": "handoff.models.ActionKind",
        "ErasureReason": "leadboard.privacy.models.Why",
        "ClockKind": "handoff.models.ClockKind",
        "ClockState": "handoff.models.ClockState",
        "EnrolmentState": "handoff.models.EnrolmentState",
        "SubmissionState": "leadboard.capture.models.SubmissionState",
    },
}

# django-q2 carries work and never holds truth; retry > timeout > longest job, or jobs run twice.
Q_CLUSTER = {
    "name": "leadboard",
    "orm": "default",
    "workers": 2,
    "timeout": 60,
    "retry": 90,
    "max_attempts": 3,
    "ack_failures": False,
    "bulk": 10,
    "poll": 0.1,
    "save_limit": 250,
    "catch_up": False,
    "label": "Jobs",
}

EMAIL_CONFIG = environ.Env.email_url_config(read("EMAIL_URL"))
vars().update(EMAIL_CONFIG)
DEFAULT_FROM_EMAIL = read("DEFAULT_FROM_EMAIL")
MARKETING_EMAIL = read("MARKETING_EMAIL") or DEFAULT_FROM_EMAIL
SERVER_EMAIL = DEFAULT_FROM_EMAIL

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = LEADBOARD_DATA / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [ROOT / "static"]
MEDIA_ROOT = LEADBOARD_DATA / "uploads"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "daphne": {"level": "WARNING"},
        "django.channels.server": {"level": "WARNING"},
        "django.request": {"level": "ERROR"},
        "django-q": {"level": "WARNING", "handlers": ["console"], "propagate": False},
    },
}
# E-mail addresses are unique without case, by the constraint one_user_per_email, which W004 does not see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]
if not HTTPS:
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]
