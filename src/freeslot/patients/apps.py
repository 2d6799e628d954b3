"""The patients app."""

from django.apps import AppConfig


class PatientsConfig(AppConfig):
    name = "freeslot.patients"
    label = "patients"
    default_auto_field = "django.db.models.BigAutoField"
