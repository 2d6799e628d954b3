"""All settings, read from the environment; docs/operations.md lists each with its default."""

from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from freeslot.config import environment as env

DEMO = env.flag("FREESLOT_DEMO", False)
DATA = Path(env.text("FREESLOT_DATA", "var/data")).absolute()
BASE_URL = env.base_url("FREESLOT_BASE_URL", "http://localhost:8000")
if DEMO and not env.is_loopback(env.host_of(BASE_URL)):
    raise ImproperlyConfigured("FREESLOT_DEMO shows passwords: FREESLOT_BASE_URL must then be http://localhost:8000.")

SECRET_KEY, *SECRET_KEY_FALLBACKS = env.secrets("FREESLOT_SECRET_KEY")
KEY_ENCRYPTION_KEYS = env.secrets("FREESLOT_KEY_ENCRYPTION_KEY")
if set(KEY_ENCRYPTION_KEYS) & {SECRET_KEY, *SECRET_KEY_FALLBACKS}:
    raise ImproperlyConfigured("FREESLOT_KEY_ENCRYPTION_KEY must be another key than FREESLOT_SECRET_KEY.")
DEBUG = False
MAINTENANCE = env.flag("FREESLOT_MAINTENANCE", False)
IS_SECURE = BASE_URL.startswith("https://")

ALLOWED_HOSTS = env.hosts("FREESLOT_ALLOWED_HOSTS", env.host_of(BASE_URL))
TRUSTED_PROXIES = env.number("FREESLOT_TRUSTED_PROXIES", 0)
CSRF_TRUSTED_ORIGINS = [BASE_URL]
if TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    USE_X_FORWARDED_HOST = True
    ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

DATABASES = {"default": env.database("DATABASE_URL", DATA)}

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "freeslot.doors.portal",  # its sign-in pages go before allauth's own
    "allauth",
    "allauth.account",
    "freeslot.web",
    "freeslot.audit",
    "freeslot.events",
    "freeslot.practices",
    "freeslot.accounts",
    "freeslot.patients",
    "freeslot.scheduling",
    "freeslot.messages",
    "freeslot.receipts",
    "freeslot.charges",
    "freeslot.waitlist",
    "freeslot.visits",
    "freeslot.booking",
    "freeslot.doors.link",
    "freeslot.demo",
]

# What the worker hands each event to, in this order; each is safe to run twice.
FREESLOT_REACTORS = [
    "freeslot.receipts.reactor.react",
    "freeslot.charges.reactor.react",
    "freeslot.messages.reactor.react",
    "freeslot.waitlist.reactor.react",
]
# The worker's jobs and the seconds between two runs of each.
FREESLOT_JOBS = [
    ("freeslot.scheduling.operations.release.release_lapsed", 0.5),
    ("freeslot.scheduling.operations.checkout.end_lapsed_checkouts", 30),
    ("freeslot.events.outbox.handle_due_events", 0),
    ("freeslot.doors.link.searches.send_found", 0),
    ("freeslot.messages.sending.send_due_messages", 0),
    ("freeslot.messages.sending.send_due_texts", 0),
    ("freeslot.waitlist.operations.serve.serve_wishes", 30),
    ("freeslot.messages.guests.forget_addresses", 3600),
    ("freeslot.events.worker.beat", 5),
    ("freeslot.scheduling.operations.publish.publish_due_schedules", 3600),
    ("freeslot.scheduling.operations.repeats.forget_expired_keys", 3600),
    ("freeslot.doors.link.slowdown.forget_old_slowdowns", 3600),
]
# Each door's answer to «who is asking?», tried in this order; see freeslot.visits.asking.
FREESLOT_DOORS = ["freeslot.doors.link.asking.asker_for", "freeslot.doors.portal.asking.asker_for"]
# Opens a visit for a while in the browser of somebody without an account who has just booked it.
FREESLOT_OPEN_VISIT = "freeslot.doors.link.session.open_visit"
# What a message about an event carries as proof: each gives (file name, media type, content) of what it attaches.
FREESLOT_PROOFS = ["freeslot.receipts.attach.attachments_for"]
FREESLOT_PROOF_NUMBERS = ["freeslot.receipts.attach.number_for"]
# What `freeslot doctor` runs: each yields the breaches it finds, in words.
FREESLOT_INVARIANTS = [
    "freeslot.scheduling.invariants.breaches",
    "freeslot.events.invariants.breaches",
    "freeslot.receipts.invariants.breaches",
    "freeslot.charges.invariants.breaches",
    "freeslot.messages.invariants.breaches",
    "freeslot.waitlist.invariants.breaches",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "freeslot.web.headers.HeadersMiddleware",
    "freeslot.doors.link.turns.TurnsMiddleware",
    "freeslot.web.sessions.SessionMiddleware",
    "freeslot.web.language.LocaleMiddleware",
    "freeslot.visits.maintenance.MaintenanceMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "freeslot.doors.portal.brand.SignInBrandMiddleware",
    "freeslot.web.methods.NotAllowedMiddleware",
]

ROOT_URLCONF = "freeslot.config.urls"
WSGI_APPLICATION = "freeslot.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "freeslot.web.frame.frame",
            ],
        },
    },
]

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["freeslot.accounts.backend.Backend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/appointments/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "freeslot.accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*", "password2*"]
ACCOUNT_FORMS = {
    "login": "freeslot.doors.portal.forms.SignInForm",
    "reset_password": "freeslot.doors.portal.forms.ResetPasswordForm",
    "reset_password_from_key": "freeslot.doors.portal.forms.NewPasswordForm",
}
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# Behind one address there may be a whole clinic; wrong passwords have a limit of their own, which stays.
ACCOUNT_RATE_LIMITS = {"login": "300/m/ip"}

SESSION_ENGINE = "freeslot.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME, LANGUAGE_COOKIE_NAME = "freeslot", "freeslot_csrf", "freeslot_language"
LANGUAGE_COOKIE_HTTPONLY, LANGUAGE_COOKIE_SECURE, LANGUAGE_COOKIE_SAMESITE = True, IS_SECURE, "Lax"
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
CSRF_FAILURE_VIEW = "freeslot.visits.errors.csrf_failure"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [Path(__file__).parent.parent / "locale"]
USE_I18N, USE_TZ, TIME_ZONE = True, True, "UTC"

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

MAIL = env.mail_server("FREESLOT_EMAIL_URL", "smtp://localhost:25")
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST, EMAIL_PORT = MAIL.host, MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.tls, MAIL.ssl
EMAIL_TIMEOUT = 15
DEFAULT_FROM_EMAIL = env.email_address("FREESLOT_EMAIL_FROM", "visits@freeslot.example")
SMS_GATEWAY = env.sms_gateway("FREESLOT_SMS_URL")
SMS_FROM = env.sms_sender("FREESLOT_SMS_FROM")
if SMS_GATEWAY and not SMS_FROM:
    raise ImproperlyConfigured("FREESLOT_SMS_FROM must name the number that texts come from.")

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "class": "freeslot.web.logs.WithoutDetail",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
    },
    "filters": {
        "route_for_address": {"()": "freeslot.web.logs.RouteForAddress"},
        "without_traceback": {"()": "freeslot.web.logs.WithoutTraceback"},
        "only_news": {"()": "freeslot.web.logs.OnlyNews"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["route_for_address"]},
    },
    "loggers": {
        # Its warnings are one for every page that was refused or not found.
        "django.request": {"level": "ERROR", "filters": ["only_news"]},
        "django.security.DisallowedHost": {"filters": ["without_traceback"]},
        # At DEBUG it writes out all that a page was drawn from.
        "django.template": {"level": "INFO"},
        # What is wrong with a file that somebody hands in is said to them.
        "pypdf": {"level": "CRITICAL"},
    },
    "root": {"handlers": ["stderr"], "level": env.choice("FREESLOT_LOG_LEVEL", "WARNING", among=LOG_LEVELS)},
}
