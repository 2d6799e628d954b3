"""The database under test: SQLite in a file, so that threads and processes share it, or PostgreSQL."""

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import TransactionTestCase

from tests.support.environment import DATA


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """SQLite would be tested in memory otherwise, which only one connection can see."""
    database = settings.DATABASES["default"]
    if not is_postgresql():
        database["TEST"] = {**database.get("TEST", {}), "NAME": str(DATA / "test.sqlite3")}
    TransactionTestCase._fixture_teardown = _delete_what_was_committed


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what is about the other database alone; nothing is ever skipped."""
    other = "sqlite" if is_postgresql() else "postgresql"
    left_out = [item for item in items if item.get_closest_marker(other)]
    items[:] = [item for item in items if not item.get_closest_marker(other)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)


def _delete_what_was_committed(_case: TransactionTestCase) -> None:
    """Row by row, but for what migrations left; Django would make every table anew, which takes longer than a test."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    with transaction.atomic(), connection.cursor() as cursor:
        for table in set(tables) - {"auth_permission", "django_content_type"}:
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")  # noqa: S608  a table of our own


def is_postgresql() -> bool:
    return "postgresql" in settings.DATABASES["default"]["ENGINE"]
