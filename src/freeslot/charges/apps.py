"""The charges app."""

from django.apps import AppConfig


class ChargesConfig(AppConfig):
    name = "freeslot.charges"
    label = "charges"
    default_auto_field = "django.db.models.BigAutoField"
