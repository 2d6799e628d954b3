"""The web app: layout, components, styles, scripts and formatting that every page is made of."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "freeslot.web"
    label = "web"
