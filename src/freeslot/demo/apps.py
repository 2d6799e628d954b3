"""The demo app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "freeslot.demo"
    label = "demo"
    default_auto_field = "django.db.models.BigAutoField"
