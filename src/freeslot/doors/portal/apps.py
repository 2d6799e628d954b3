"""The portal door's app."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "freeslot.doors.portal"
    label = "portal"
