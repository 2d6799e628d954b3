"""The practices app."""

from django.apps import AppConfig


class PracticesConfig(AppConfig):
    name = "freeslot.practices"
    label = "practices"
    default_auto_field = "django.db.models.BigAutoField"
