"""The receipts app."""

from django.apps import AppConfig


class ReceiptsConfig(AppConfig):
    name = "freeslot.receipts"
    label = "receipts"
    default_auto_field = "django.db.models.BigAutoField"
