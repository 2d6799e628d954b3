"""Passwords of the tests guard nothing: their hash is a quick one, where a real one takes a third of a second."""

import pytest
from django.conf import settings


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
