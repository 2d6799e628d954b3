"""Loads, before a process serves, what its first visitor would otherwise wait for: every view and every template."""

from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.template.loader import get_template
from django.urls import get_resolver

ERRORS = (400, 403, 404, 500)


def load_views() -> None:
    """Every address with its view, and those that answer an error. Raises ImportError."""
    resolver = get_resolver()
    len(resolver.url_patterns)
    for status in ERRORS:
        resolver.resolve_error_handler(status)


def load_templates() -> None:
    """The product's own; the template engine keeps them."""
    for name in _template_names():
        get_template(name)


def _template_names() -> Iterator[str]:
    for app in apps.get_app_configs():
        if app.name.startswith("freeslot."):
            folder = Path(app.path, "templates")
            yield from (str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file())
