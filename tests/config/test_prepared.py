"""On PostgreSQL a connection prepares what it asks often, so that a page does not wait for the planner."""

import pytest
from django.db import connection

from freeslot.config.environment import PREPARED
from freeslot.scheduling.reading import read_visit
from tests.support.cast import make_cast

PREPARED_NOW = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%FROM scheduling_appointment a JOIN%'"


@pytest.mark.django_db
@pytest.mark.postgresql
def test_a_visit_that_is_read_often_is_planned_once():
    cast = make_cast()
    visit = cast.book()
    for _ in range(PREPARED["prepare_threshold"] + 1):
        assert read_visit(visit.reference, actor=cast.patient_actor, now=cast.now)
    with connection.cursor() as cursor:
        cursor.execute(PREPARED_NOW)
        assert cursor.fetchone() == (1,)
