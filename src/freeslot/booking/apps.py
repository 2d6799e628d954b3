"""The booking app."""

from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "freeslot.booking"
    label = "booking"
    default_auto_field = "django.db.models.BigAutoField"
