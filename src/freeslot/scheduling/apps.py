"""The scheduling app."""

from django.apps import AppConfig


class SchedulingConfig(AppConfig):
    name = "freeslot.scheduling"
    label = "scheduling"
    default_auto_field = "django.db.models.BigAutoField"
