"""Every address; the doors' and apps' own come from their urls modules."""

from django.conf import settings
from django.urls import include, path

from freeslot.config import health
from freeslot.web.language import switch_language

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("i18n/setlang/", switch_language, name="set_language"),
    path("accounts/", include("freeslot.accounts.urls")),
    path("", include("freeslot.web.urls")),
    path("", include("freeslot.receipts.urls")),
    path("", include("freeslot.messages.urls")),
    path("", include("freeslot.visits.urls")),
    path("", include("freeslot.booking.urls")),
    path("", include("freeslot.doors.link.urls")),
    path("", include("freeslot.doors.portal.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("", include("freeslot.demo.urls")))

handler400 = "freeslot.visits.errors.bad_request"
handler403 = "freeslot.visits.errors.forbidden"
handler404 = "freeslot.visits.errors.not_found"
handler500 = "freeslot.visits.errors.server_error"
# allauth's own: too many tries to sign in.
handler429 = "freeslot.visits.errors.too_many"
