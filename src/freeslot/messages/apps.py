"""The messages app."""

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "freeslot.messages"
    label = "messages"
    default_auto_field = "django.db.models.BigAutoField"
