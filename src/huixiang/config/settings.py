"""The one settings file. Every setting is read from the environment; docs/operations.md lists them."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _
from psycopg.conninfo import conninfo_to_dict

from huixiang.config import environment as env
from huixiang.config.providers import providers

PACKAGE = Path(__file__).resolve().parent.parent
DATA_DIR = env.data_dir()
DEBUG = env.switch("HUIXIANG_DEBUG", default=False)
SECRET_KEY = env.secret_key(DATA_DIR)

PUBLIC_URL = env.text("HUIXIANG_PUBLIC_URL", f"http://127.0.0.1:{env.number('HUIXIANG_PORT', 8000)}").rstrip(
    "/"
)
ALLOWED_HOSTS = [*env.words("HUIXIANG_ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]"), str(urlsplit(PUBLIC_URL).hostname)]
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
BEHIND_TLS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_HSTS_SECONDS = 31_536_000 if BEHIND_TLS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

INSTALLED_APPS = [
    "huixiang.config",
    "huixiang.ui",
    "huixiang.desk",
    "huixiang.portal",
    "huixiang.api",
    "huixiang.connectors",
    "huixiang.insights",
    "huixiang.academy",
    "huixiang.alerts",
    "huixiang.groupbot",
    "huixiang.announcements",
    "huixiang.triage",
    "huixiang.playbooks",
    "huixiang.war_rooms",
    "huixiang.dialogue",
    "huixiang.cases",
    "huixiang.themes",
    "huixiang.feedback",
    "huixiang.intake",
    "huixiang.members",
    "huixiang.channels",
    "huixiang.workspaces",
    "huixiang.journal",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "template_partials",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.weixin",
    "allauth.socialaccount.providers.dingtalk",
    "allauth.socialaccount.providers.feishu",
    "csp",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "huixiang.config.probes.answered_first",
    "huixiang.config.observing.observed",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "huixiang.ui.middleware.refuse_unreadable",
    "django.middleware.locale.LocaleMiddleware",
    "huixiang.config.programs.answered_directly",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "csp.middleware.CSPMiddleware",
]

ROOT_URLCONF = "huixiang.config.urls"
WSGI_APPLICATION = "huixiang.config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "builtins": ["template_partials.templatetags.partials", "huixiang.ui.templatetags.ui"],
        },
    }
]


# Statements are prepared only where the code asks for it; a pooler between (PgBouncer before 1.21) wants it off.
PREPARED = env.switch("HUIXIANG_PREPARED", default=True)
ON_REQUEST = 1_000_000_000


def _database() -> dict[str, Any]:
    """DATABASE_URL, else the embedded server's socket, which every command starts before Django."""
    parts: dict[str, Any] = conninfo_to_dict(
        env.text("DATABASE_URL") or f"postgresql://postgres@/huixiang?host={DATA_DIR / 'postgres'}"
    )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.pop("dbname", "huixiang"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": parts.pop("port", ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**parts, "prepare_threshold": ON_REQUEST if PREPARED else None},
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "workspaces.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "huixiang.ui.accounts.Adapter"
ACCOUNT_SIGNUP_FORM_CLASS = "huixiang.ui.accounts.SignupForm"
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600
ACCOUNT_RATE_LIMITS = {  # each for an address of the net (ip) and, beyond, for an account (key, user)
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",  # codes of the second step count here too
    "reauthenticate": "5/5m/user",
    "reset_password": "20/m/ip,5/m/key",
    "reset_password_from_key": "20/m/ip",
    "signup": "20/m/ip",
    "invitation": "20/m/ip",  # ours: links that open nothing
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.number("HUIXIANG_TRUSTED_PROXIES", 1 if BEHIND_TLS else 0)

MFA_ADAPTER = "huixiang.ui.accounts.MfaAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # a clock half a minute off
MFA_ALLOW_UNVERIFIED_EMAIL = not env.text("HUIXIANG_SMTP_HOST")  # where no mail goes out nothing can be verified

SOCIALACCOUNT_ADAPTER = "huixiang.ui.accounts.SocialAdapter"
SOCIALACCOUNT_PROVIDERS = providers()
# A form that leads to another site would need that site in the policy's form-action, with every site it leads on to;
# so a link starts it. The state is bound to the session, and joining an account to one's own asks for the password.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_REAUTHENTICATION_REQUIRED = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address is no proof; HUIXIANG_OIDC_TRUST_EMAIL for one's own server
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "home"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("Chinese")), ("en", _("English"))]
LOCALE_PATHS = [PACKAGE / "config" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "uploads"
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
API_CALLS_A_MINUTE = env.number("HUIXIANG_API_CALLS_A_MINUTE", 3_000)  # of one key; 0: no limit
WEBHOOK_PRIVATE_HOSTS = env.words("HUIXIANG_WEBHOOK_PRIVATE_HOSTS")  # named hosts of one's own network, also by http
LLM_PRIVATE_HOSTS = env.words("HUIXIANG_LLM_PRIVATE_HOSTS")  # the same for a language model that runs with us
API_MESSAGES_A_MINUTE = env.number("HUIXIANG_API_MESSAGES_A_MINUTE", 120_000)  # calls of POST /messages
ATTACHMENT_LIMITS = env.sizes("HUIXIANG_ATTACHMENT_LIMITS", "picture=20,pdf=20,text=5,office=20,video=60")
UPLOAD_BUDGETS = env.sizes("HUIXIANG_UPLOAD_BUDGETS", "visitor=200,address=1000,workspace=5000,free=1024")
IMPORT_MAX_BYTES = env.number("HUIXIANG_IMPORT_MAX_MB", 100) * 1024 * 1024

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "huixiang_cache",
        "OPTIONS": {"MAX_ENTRIES": 200_000},  # the counters that slow guessing must not be crowded out
    },
    # Of each process alone: what may be a minute old and is asked for all the time.
    "here": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 1_000}},
}

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = env.text("HUIXIANG_SMTP_HOST")
EMAIL_PORT = env.number("HUIXIANG_SMTP_PORT", 25)
EMAIL_HOST_USER = env.text("HUIXIANG_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("HUIXIANG_SMTP_PASSWORD")
EMAIL_USE_TLS = env.switch("HUIXIANG_SMTP_STARTTLS", default=False)
EMAIL_USE_SSL = env.switch("HUIXIANG_SMTP_SSL", default=False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("HUIXIANG_MAIL_FROM", "Huixiang <huixiang@localhost>")

METRICS_TOKEN = env.text("HUIXIANG_METRICS_TOKEN")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"enriched": {"()": "huixiang.config.logs.Enriched"}},
    "formatters": {"text": {"()": "huixiang.config.logs.Line"}, "json": {"()": "huixiang.config.logs.Json"}},
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": env.choice("HUIXIANG_LOG_FORMAT", "text", "json"),
            "filters": ["enriched"],
        }
    },
    "root": {"handlers": ["stderr"], "level": env.text("HUIXIANG_LOG_LEVEL", "WARNING")},
    "loggers": {"httpx": {"level": "WARNING"}},  # below, it writes whole addresses: platforms want secrets in them
}
