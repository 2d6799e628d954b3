"""The visits app."""

from django.apps import AppConfig


class VisitsConfig(AppConfig):
    name = "freeslot.visits"
    label = "visits"
    default_auto_field = "django.db.models.BigAutoField"
