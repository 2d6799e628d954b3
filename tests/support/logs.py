"""Leaves the log to pytest: the product's own handler would write to a stream that a test has closed by then."""

import logging

import pytest


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    root = logging.getLogger()
    for handler in [each for each in root.handlers if type(each) is logging.StreamHandler]:
        root.removeHandler(handler)
