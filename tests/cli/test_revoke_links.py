"""`freeslot revoke-links` ends the links of one visit, or says in one line why it cannot."""

import uuid

import pytest

from freeslot.audit.models import AuditRow
from freeslot.cli import main
from freeslot.scheduling.models import Appointment, ManageLink
from freeslot.scheduling.operations.links import give_link
from tests.support.cast import NOW, make_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast(time_machine):
    time_machine.move_to(NOW)
    return make_cast(weeks=2)


def give(visit: Appointment) -> None:
    about = {"appointment_id": visit.pk, "practice_id": visit.practice_id, "contact_id": None}
    give_link(seed=uuid.uuid4(), now=NOW, **about)


def live_links(visit: Appointment) -> int:
    return ManageLink.objects.filter(appointment=visit, revoked_at__isnull=True).count()


@pytest.mark.parametrize(("given", "words"), [(0, "no links"), (1, "1 link"), (2, "2 links")])
def test_it_says_how_many_links_ended(cast, capsys, given, words):
    visit = cast.book()
    for _ in range(given):
        give(visit)

    assert main(["revoke-links", visit.reference]) == 0
    said = f"Visit {visit.reference}: {words} ended. Messages made from now on carry new ones.\n"
    assert capsys.readouterr() == (said, "")
    assert live_links(visit) == 0


def test_later_links_and_those_of_other_visits_stay(cast):
    visit, other = cast.book(), cast.book()
    give(visit)
    give(other)

    assert main(["revoke-links", visit.reference]) == 0
    give(visit)
    assert (live_links(visit), live_links(other)) == (1, 1)


def test_it_is_written_down(cast):
    visit = cast.book()
    give(visit)

    assert main(["revoke-links", visit.reference]) == 0
    row = AuditRow.objects.get(action="links.revoked")
    assert (row.subject_id, row.actor_kind, row.door, row.detail) == (visit.pk, "system", "system", {"links": 1})


def test_case_blanks_and_a_missing_prefix_are_forgiven(cast):
    visit = cast.book()
    bare = visit.reference.removeprefix("FS-").lower().replace("-", " ")
    for typed in (bare, f" fs {bare} "):
        give(visit)

        assert main(["revoke-links", typed]) == 0
        assert live_links(visit) == 0


@pytest.mark.parametrize("typed", ["", "FS-0000", "FS-0000-0001", "R-0000-0000", "FS-" + "0" * 50])
def test_what_is_no_reference_is_one_line(capsys, typed):
    assert main(["revoke-links", typed]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.endswith("is not a visit's reference. Look for a wrong character or a missing one.\n")


def test_a_visit_that_there_is_not_is_one_line(cast, capsys):
    visit = cast.book()
    give(visit)

    assert main(["revoke-links", "fs-0000-0000"]) == 2
    assert capsys.readouterr() == ("", "freeslot: There is no visit FS-0000-0000.\n")
    assert live_links(visit) == 1
    assert not AuditRow.objects.filter(action="links.revoked").exists()
