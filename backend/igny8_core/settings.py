"""Every setting of the product, read once from the environment, `.env` and the embedded stack's own file."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import environ
from corsheaders.defaults import default_headers
from django.core.exceptions import ImproperlyConfigured

BACKEND_DIR = Path(__file__).resolve().parent.parent
PROJECT_DIR = BACKEND_DIR.parent

env = environ.Env()
# The real environment wins over .env, and both over what the embedded stack wrote when it started.
for _file in (PROJECT_DIR / ".env", PROJECT_DIR / ".igny8" / "runtime.env"):
    if _file.is_file():
        environ.Env.read_env(_file)

IGNY8_ENV = env.str("IGNY8_ENV", "development")
IS_PRODUCTION = IGNY8_ENV == "production"
DEBUG = False
if IS_PRODUCTION and not env.str("SECRET_KEY", ""):
    raise ImproperlyConfigured("SECRET_KEY must be set when IGNY8_ENV=production.")
SECRET_KEY = env.str("SECRET_KEY", "development-only-key-that-signs-nothing-of-value")
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
# One Fernet key or several, newest first; secrets of connections are encrypted with the first.
FIELD_ENCRYPTION_KEYS = env.list("FIELD_ENCRYPTION_KEY", default=[])

PUBLIC_URL = env.str("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

ROOT_URLCONF = "igny8_core.urls"
WSGI_APPLICATION = "igny8_core.wsgi.application"
AUTH_USER_MODEL = "igny8_auth.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

ROOMS = [
    "account",
    "auth",
    "automation",
    "billing",
    "integration",
    "linker",
    "optimizer",
    "planner",
    "publisher",
    "system",
    "writer",
]

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",  # rooms register with api/staff_site.py, nothing by itself
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.forms",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "corsheaders",
    "csp",
    "django_htmx",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "igny8_core.tenancy.apps.TenancyConfig",
    "igny8_core.auth.apps.IdentityConfig",
    "igny8_core.runtime",
    *(f"igny8_core.modules.{room}" for room in ROOMS),
    "igny8_core.console",
]

# The order is a contract: later middleware relies on what earlier ones set.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "igny8_core.middleware.request_id.RequestIDMiddleware",
    "igny8_core.auth.middleware.AccountContextMiddleware",
    "igny8_core.middleware.resource_tracker.ResourceTrackingMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BACKEND_DIR / "igny8_core" / "api" / "templates"],  # before the admin's own
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",  # the admin's pages ask for it
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Pages load from this server alone, and no markup of theirs may run: no inline script, no inline style.
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}


def _database(variable: str, *, engine: str, options: dict[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = env.db_url(variable, default="postgresql://localhost/igny8")
    config["ENGINE"] = engine
    config["CONN_MAX_AGE"] = 600
    config["CONN_HEALTH_CHECKS"] = True
    config["OPTIONS"] = {**config.get("OPTIONS", {}), **options}
    return config


# Planning is nearly half of a short query's cost; statements are prepared after their third use.
_PREPARED = {"server_side_binding": True, "prepare_threshold": 3}
DATABASES = {
    "default": _database("DATABASE_URL", engine="igny8_core.tenancy.db", options=_PREPARED),
    "ops": _database(
        "DATABASE_OPS_URL",
        engine="django.db.backends.postgresql",
        options={"options": "-c default_transaction_read_only=on"},
    ),
}
DATABASE_OWNER_URL = env.str("DATABASE_OWNER_URL", "")
REDIS_URL = env.str("REDIS_URL", "redis://127.0.0.1:6379/0")

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
BASIC_AUTH_ENABLED = env.bool("BASIC_AUTH_ENABLED", default=not IS_PRODUCTION)

# Whether strangers may register an account of their own; off, accounts are made on the host.
REGISTRATION_OPEN = env.bool("REGISTRATION_OPEN", default=True)
# Mails are written to files until a server is named: nothing is sent by surprise.
_MAIL = env.email_url("EMAIL_URL", default=f"filemail:///{PROJECT_DIR / '.igny8' / 'mail'}")
EMAIL_BACKEND, EMAIL_FILE_PATH = _MAIL["EMAIL_BACKEND"], _MAIL["EMAIL_FILE_PATH"] or None
EMAIL_HOST, EMAIL_PORT = _MAIL["EMAIL_HOST"] or "localhost", _MAIL["EMAIL_PORT"] or 25
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _MAIL["EMAIL_HOST_USER"] or "", _MAIL["EMAIL_HOST_PASSWORD"] or ""
EMAIL_USE_TLS, EMAIL_USE_SSL = _MAIL.get("EMAIL_USE_TLS", False), _MAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", "IGNY8 <no-reply@localhost>")

# Where customers transfer money to; shown beside every payment that they ask for.
PAYMENT_INSTRUCTIONS = env.str("PAYMENT_INSTRUCTIONS", default="")

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "igny8_core.api.authentication.APIKeyAuthentication",
        "igny8_core.api.authentication.JWTAuthentication",
        "igny8_core.api.authentication.SessionAuthentication",
        "igny8_core.api.authentication.BasicAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["igny8_core.api.permissions.RolePermission"],
    "DEFAULT_THROTTLE_CLASSES": ["igny8_core.api.throttling.ScopedThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "default": "100/min",
        "auth": "20/min",
        "auth_strict": "5/min",
        "content_read": "600/min",
        "content_write": "120/min",
        "planner": "300/min",
        "planner_ai": "10/min",
        "writer": "300/min",
        "writer_ai": "10/min",
        "system": "300/min",
        "billing": "60/min",
        "automation": "60/min",
        "integration": "60/min",
        "publisher": "60/min",
        "linker": "120/min",
    },
    "DEFAULT_RENDERER_CLASSES": ["igny8_core.api.renderers.EnvelopeRenderer"],
    "DEFAULT_PARSER_CLASSES": ["igny8_core.api.parsers.StrictJSONParser"],
    "DEFAULT_PAGINATION_CLASS": "igny8_core.api.pagination.CappedPagination",
    "DEFAULT_SCHEMA_CLASS": "igny8_core.api.schema.EnvelopeAutoSchema",
    "EXCEPTION_HANDLER": "igny8_core.api.errors.exception_handler",
    "DEFAULT_METADATA_CLASS": None,
    "URL_FORMAT_OVERRIDE": None,  # ?format= is no parameter of ours; DRF would answer it with a 404
    "UNAUTHENTICATED_USER": None,
    # The number of proxies in front: 0 means that the peer's own address counts, never a header's.
    "NUM_PROXIES": env.int("NUM_PROXIES", default=0),
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=7),
    "ALGORITHM": "HS256",
    "SIGNING_KEY": SECRET_KEY,
    "USER_ID_CLAIM": "user_id",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "IGNY8 API",
    "DESCRIPTION": "From a keyword export to published posts. Every answer is wrapped and carries a request id.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",  # operations are grouped by room
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "igny8_core.api.schema.say_who_may",
        "igny8_core.api.schema.add_refusals",
    ],
    "SWAGGER_UI_DIST": "SIDECAR",  # served by us: the docs load nothing from elsewhere
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "ENUM_NAME_OVERRIDES": {
        "RoleEnum": "igny8_core.auth.models.Role.choices",
        "PlanStatusEnum": "igny8_core.auth.models.PlanStatus.choices",
        "JobStateEnum": "igny8_core.tenancy.models.JobState.choices",
        "HoldStateEnum": "igny8_core.modules.billing.constants.HoldState.choices",
        "KeywordStatusEnum": "igny8_core.modules.planner.constants.KeywordStatus.choices",
        "ClusterStatusEnum": "igny8_core.modules.planner.constants.ClusterStatus.choices",
        "ImportStateEnum": "igny8_core.modules.planner.constants.ImportState.choices",
        "IdeaKindEnum": "igny8_core.modules.planner.constants.IdeaKind.choices",
        "PageSourceEnum": "igny8_core.modules.planner.constants.PageSource.choices",
        "FindingKindEnum": "igny8_core.modules.planner.constants.FindingKind.choices",
        "FindingStateEnum": "igny8_core.modules.planner.constants.FindingState.choices",
        "FindingActionEnum": "igny8_core.modules.planner.constants.FindingAction.choices",
        "IntentEnum": "igny8_core.modules.planner.constants.Intent.choices",
        "LabelSourceEnum": "igny8_core.modules.planner.constants.LabelSource.choices",
        "IdeaStateEnum": "igny8_core.modules.planner.constants.IdeaState.choices",
        "PlanEditKindEnum": "igny8_core.modules.planner.constants.EditKind.choices",
        "PlacementEnum": "igny8_core.modules.planner.constants.Placement.choices",
        "TaskStateEnum": "igny8_core.modules.writer.constants.TaskState.choices",
        "RunStateEnum": "igny8_core.modules.automation.constants.RunState.choices",
        "ItemStateEnum": "igny8_core.modules.automation.constants.ItemState.choices",
        "ConnectionStatusEnum": "igny8_core.modules.integration.constants.ConnectionStatus.choices",
        "PublicationStateEnum": "igny8_core.modules.publisher.constants.PublicationState.choices",
        "PaymentStateEnum": "igny8_core.modules.billing.constants.PaymentState.choices",
        "PaymentKindEnum": "igny8_core.modules.billing.constants.PaymentKind.choices",
        "BillingIntervalEnum": "igny8_core.auth.models.BillingInterval.choices",
        "LinkHealthEnum": "igny8_core.modules.linker.constants.LinkHealth.choices",
        "LinkKindEnum": "igny8_core.modules.linker.constants.LinkKind.choices",
        "LinkSuggestionStateEnum": "igny8_core.modules.linker.constants.SuggestionState.choices",
        "LinkBatchStateEnum": "igny8_core.modules.linker.constants.BatchState.choices",
        "LinkOutcomeEnum": "igny8_core.modules.linker.constants.ArticleOutcome.choices",
        "EntryKindEnum": "igny8_core.modules.billing.constants.EntryKind.choices",
        "AssignableRoleEnum": "igny8_core.modules.account.constants.ASSIGNABLE_ROLES",
        "KeyScopeEnum": "igny8_core.api.operations.KEY_SCOPES",
        "ClusterTypeEnum": "igny8_core.modules.planner.constants.ClusterType.choices",
        "RunStageEnum": "igny8_core.modules.automation.constants.Stage.choices",
        "RunSwitchEnum": "igny8_core.modules.automation.constants.Switch.choices",
        "RunTriggerEnum": "igny8_core.modules.automation.constants.Trigger.choices",
        "RunEventKindEnum": "igny8_core.modules.automation.constants.EventKind.choices",
    },
}

# Links that the linker puts in: at most one per so many words, and so many per article.
LINKER_WORDS_PER_LINK = env.int("LINKER_WORDS_PER_LINK", default=150)
LINKER_MAX_LINKS_PER_ARTICLE = env.int("LINKER_MAX_LINKS_PER_ARTICLE", default=10)

JOB_GATE = "igny8_core.auth.plans.job_refusal"
JOB_FAILURE_HOOK = "igny8_core.modules.system.services.job_failure_tell"
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SOFT_TIME_LIMIT = 840
CELERY_TASK_TIME_LIMIT = 900
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Longer than any hard time limit: a shorter one delivers a running job twice.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    "socket_timeout": 5,
    "socket_connect_timeout": 5,
}
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 30
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "sweep-jobs": {"task": "tenancy.sweep_jobs", "schedule": 15.0, "options": {"expires": 15}},
    "expire-holds": {"task": "billing.expire_holds", "schedule": 60.0, "options": {"expires": 60}},
    "advance-subscriptions": {
        "task": "billing.advance_subscriptions",
        "schedule": 900.0,
        "options": {"expires": 900},
    },
    "start-due-runs": {"task": "automation.start_due_runs", "schedule": 60.0, "options": {"expires": 60}},
    "continue-waiting": {
        "task": "automation.continue_waiting",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "purge-sessions": {"task": "auth.purge_sessions", "schedule": 86_400.0, "options": {"expires": 3600}},
    "expire-notifications": {
        "task": "system.expire_notifications",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "purge-deleted": {"task": "tenancy.purge_deleted", "schedule": 3600.0, "options": {"expires": 3600}},
}

LLM_BASE_URL = env.str("LLM_BASE_URL", "")
LLM_API_KEY = env.str("LLM_API_KEY", "")
LLM_MODEL = env.str("LLM_MODEL", "")
EMBEDDING_BASE_URL = env.str("EMBEDDING_BASE_URL", "")
EMBEDDING_API_KEY = env.str("EMBEDDING_API_KEY", "")
EMBEDDING_MODEL = env.str("EMBEDDING_MODEL", "")

PREVIEW_ROOT = Path(env.str("PREVIEW_ROOT", str(PROJECT_DIR / ".igny8" / "preview")))
# Addresses typed by a tenant may name this machine's own network only where one team runs everything.
OUTBOUND_ALLOW_PRIVATE = env.bool("OUTBOUND_ALLOW_PRIVATE", default=not IS_PRODUCTION)

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(PROJECT_DIR / ".igny8" / "media")))
STATIC_URL = "static/"
CSRF_FAILURE_VIEW = "igny8_core.console.errors.csrf_failed"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
WHITENOISE_USE_FINDERS = True  # the files come out of the packages: nothing to collect, nothing to forget

CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_ALLOW_HEADERS = [*default_headers, "x-api-key", "x-request-id", "idempotency-key", "if-match"]
CORS_EXPOSE_HEADERS = ["X-Request-ID", "ETag", "X-Throttle-Limit", "X-Throttle-Remaining", "X-Throttle-Reset"]

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if IS_PRODUCTION:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "igny8_core.common.logs.RequestIDFilter"}},
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s request=%(request_id)s %(message)s"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "filters": ["request_id"], "formatter": "line"},
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {"httpx2": {"level": "WARNING"}, "openai": {"level": "WARNING"}},
}
