"""Manage links: one for each message, the same however often it is asked for, and stored only hashed."""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from freeslot.audit.models import AuditRow
from freeslot.scheduling.actors import Door
from freeslot.scheduling.errors import UnknownAppointment
from freeslot.scheduling.models import Appointment, ManageLink
from freeslot.scheduling.models.manage_link import LIVES_AFTER_VISIT
from freeslot.scheduling.operations.links import give_link, link_for, revoke_links
from freeslot.scheduling.tokens import codes_for, hash_of, keyed_hash, tokens_for
from tests.scheduling.acts import cancel, live, undo
from tests.support.cast import Cast

NEW, OLD = "new-secret-" + "n" * 40, "old-secret-" + "o" * 40


def give(cast: Cast, visit: Appointment, seed: uuid.UUID | None = None) -> str:
    return give_link(
        seed=seed or uuid.uuid4(),
        appointment_id=visit.pk,
        practice_id=visit.practice_id,
        contact_id=None,
        now=cast.now,
    )


def visit_behind(token: str) -> str:
    link = link_for(token)
    return link.appointment.reference if link else ""


def test_the_same_message_has_the_same_link_and_another_its_own(cast: Cast):
    visit, seed = cast.book(), uuid.uuid4()
    assert give(cast, visit, seed) == give(cast, visit, seed) != give(cast, visit)
    assert ManageLink.objects.count() == 2


def test_all_links_of_a_visit_lead_to_it_and_to_no_other(cast: Cast):
    visit, other = cast.book(), cast.book()
    tokens = [give(cast, visit), give(cast, visit), give(cast, other)]
    assert [visit_behind(token) for token in tokens] == [visit.reference, visit.reference, other.reference]


def test_a_token_is_short_plain_and_cannot_be_guessed(cast: Cast):
    tokens = {give(cast, cast.book()) for _ in range(3)}
    assert len(tokens) == 3
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{22}", token) for token in tokens)


def test_no_table_holds_the_token(cast: Cast):
    visit = cast.book()
    token = give(cast, visit)
    assert ManageLink.objects.get().token_hash == hash_of(token)
    held = [row for name in tables() for row in rows_of(name)]
    assert held
    assert not [row for row in held if token in row]


def tables() -> list[str]:
    return connection.introspection.table_names()


def rows_of(table: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608  a table of ours
        return [str(row) for row in cursor.fetchall()]


@pytest.mark.parametrize(
    "change", [str.lower, str.upper, str.swapcase, lambda token: token[:-1], lambda token: token + "A"]
)
def test_what_is_not_quite_the_token_leads_nowhere(cast: Cast, change: Any):
    token = give(cast, cast.book())
    assert link_for(change(token)) is None


def test_a_secret_that_was_changed_goes_on_reading_its_links(cast: Cast, settings: Any):
    visit, seed = cast.book(), uuid.uuid4()
    settings.KEY_ENCRYPTION_KEYS = [OLD]
    before = give(cast, visit, seed)
    settings.KEY_ENCRYPTION_KEYS = [NEW, OLD]
    assert give(cast, visit, seed) == before
    assert give(cast, visit) != before
    settings.KEY_ENCRYPTION_KEYS = [NEW]
    assert visit_behind(before) == visit.reference
    assert give(cast, visit, seed) != before


def test_each_use_of_a_secret_gives_something_else():
    seed = uuid.uuid4()
    assert tokens_for(seed) == tokens_for(seed) != tokens_for(uuid.uuid4())
    assert codes_for(seed) == codes_for(seed)
    assert re.fullmatch(r"[0-9]{6}", codes_for(seed)[0])
    assert len({keyed_hash(use, "x") for use in ("address", "network", "find")}) == 3


def test_a_link_from_before_an_act_leads_to_the_visit_as_it_is_now(cast: Cast):
    visit = cast.book()
    token = give(cast, visit)
    cancel(cast, visit.reference)
    link = link_for(token)
    assert link is not None
    assert link.appointment.status == "cancelled"
    undo(cast, visit.reference)
    link = link_for(token)
    assert link is not None
    assert link.appointment.status == "booked"


def test_a_link_ends_four_hundred_days_after_the_visit(cast: Cast):
    visit = cast.book()
    link = link_for(give(cast, visit))
    assert link is not None
    end = visit.ends_at + LIVES_AFTER_VISIT
    assert [link.is_over(moment) for moment in (cast.now, end, end + timedelta(seconds=1))] == [False, False, True]


def test_revoking_ends_every_link_there_is_and_none_that_comes_after(cast: Cast):
    visit, other = cast.book(), cast.book()
    tokens = [give(cast, visit), give(cast, visit)]
    beside = give(cast, other)
    assert revoke_links(ref=visit.reference, actor=cast.staff, door=Door.DESK, now=cast.now) == 2
    assert revoke_links(ref=visit.reference, actor=cast.staff, door=Door.DESK, now=cast.now) == 0
    fresh = give(cast, visit)
    links = [link_for(token) for token in (*tokens, beside, fresh)]
    assert [link.revoked_at if link else None for link in links] == [cast.now, cast.now, None, None]
    assert live(visit.reference).version == visit.version


def test_revoking_is_written_down(cast: Cast):
    visit = cast.book()
    give(cast, visit)
    revoke_links(ref=visit.reference, actor=cast.patient_actor, door=Door.PORTAL, now=cast.now)
    row = AuditRow.objects.get(action="links.revoked")
    assert (row.subject_id, row.actor_id, row.detail) == (visit.pk, str(cast.patient_user.pk), {"links": 1})


def test_a_stranger_revokes_nothing(cast: Cast):
    visit = cast.book()
    token = give(cast, visit)
    with pytest.raises(UnknownAppointment):
        revoke_links(ref=visit.reference, actor=cast.stranger, door=Door.PORTAL, now=cast.now)
    link = link_for(token)
    assert link is not None
    assert link.revoked_at is None


def test_neither_a_link_nor_a_code_is_named_by_what_opens_it(cast: Cast):
    token = give(cast, cast.book())
    link = link_for(token)
    assert link is not None
    assert str(link) == str(link.pk)
    assert token not in str(link)
