"""The events app."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    name = "freeslot.events"
    label = "events"
    default_auto_field = "django.db.models.BigAutoField"
