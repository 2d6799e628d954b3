"""The link door's app."""

from django.apps import AppConfig


class LinkConfig(AppConfig):
    name = "freeslot.doors.link"
    label = "link"
