"""The addresses as the demo has them."""

from django.urls import include, path

from freeslot.config import urls

urlpatterns = [*urls.urlpatterns, path("", include("freeslot.demo.urls"))]
handler404 = urls.handler404
