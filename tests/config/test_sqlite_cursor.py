"""Statements on SQLite keep their meaning though their texts are turned into its form only once."""

import pytest
from django.db import connection

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db]


def answer(text, values):
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchone()


def test_the_same_text_takes_other_values():
    assert [answer("SELECT %s, 'a %% sign'", [each]) for each in (1, "two")] == [(1, "a % sign"), ("two", "a % sign")]


def test_values_may_be_named():
    text = "SELECT %(first)s, %(second)s, %(first)s"
    assert answer(text, {"first": 1, "second": 2}) == (1, 2, 1)
    assert answer(text, {"second": 4, "first": 3}) == (3, 4, 3)
