"""The addresses that drawn pages name."""

from django.urls import include, path

urlpatterns = [path("", include("freeslot.web.urls")), path("i18n/", include("django.conf.urls.i18n"))]
