"""The waitlist app."""

from django.apps import AppConfig


class WaitlistConfig(AppConfig):
    name = "freeslot.waitlist"
    label = "waitlist"
    default_auto_field = "django.db.models.BigAutoField"
