"""Money, reasons and actors."""

import uuid
from decimal import ROUND_HALF_EVEN, Decimal

from freeslot.scheduling.actors import SYSTEM, Actor, ActorKind, Door, account, link_holder, staff
from freeslot.scheduling.money import Money, per_cent
from freeslot.scheduling.reasons import WORDS, choices
from freeslot.scheduling.states import Side

NOBODY = uuid.UUID(int=0)


def test_a_per_cent_of_a_price_rounds_half_to_even():
    for minor in range(251):
        for percent in range(101):
            exact = Decimal(minor) * percent / 100
            rounded = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
            assert per_cent(Money(minor, "EUR"), percent) == Money(rounded, "EUR")


def test_no_money_is_false():
    assert not Money(0, "USD")
    assert Money(1, "USD")
    assert Money(1, "USD") < Money(2, "USD")


def test_a_practice_offers_the_reasons_it_names_in_our_order_or_all():
    assert [code for code, _ in choices(("other", "pat-fb"))] == ["pat-fb", "other"]
    assert [code for code, _ in choices(())] == list(WORDS)


def test_each_actor_acts_on_its_own_side():
    sides = {
        account(NOBODY): Side.PATIENT,
        link_holder(NOBODY): Side.PATIENT,
        Actor(ActorKind.PROXY): Side.PATIENT,
        staff("desk", NOBODY): Side.PRACTICE,
        SYSTEM: Side.SYSTEM,
    }
    assert {actor: actor.side for actor in sides} == sides


def test_doors_and_kinds_fit_the_columns_that_keep_them():
    assert max(len(each) for each in [*Door, *ActorKind]) <= 16
