"""References: what is forgiven, and every single error and swap that is noticed."""

from itertools import combinations

import pytest

from freeslot.scheduling.reference import ALPHABET, LENGTH, check_character, new_reference, parse_reference, written

SAMPLES = ["0000000", "7K3M92Q", "ZZZZZZZ", "1A2B3C4", "FSFSFSF", "R8DWE6T"]


def characters(body: str) -> str:
    return body + check_character(body)


def is_noticed(text: str) -> bool:
    return parse_reference(text, "FS") is None


@pytest.mark.parametrize("body", SAMPLES)
def test_every_single_wrong_character_is_noticed(body):
    right = characters(body)
    for position in range(LENGTH):
        for other in set(ALPHABET) - {right[position]}:
            assert is_noticed(right[:position] + other + right[position + 1 :])


@pytest.mark.parametrize("body", SAMPLES)
def test_every_swap_of_two_different_characters_is_noticed(body):
    right = characters(body)
    for one, other in combinations(range(LENGTH), 2):
        swapped = list(right)
        swapped[one], swapped[other] = swapped[other], swapped[one]
        assert is_noticed("".join(swapped)) == (right[one] != right[other])


def test_new_references_are_right_and_written_in_groups():
    found = {new_reference("FS") for _ in range(500)}
    assert len(found) == 500
    for reference in found:
        assert len(reference) == len("FS-7K3M-92QD")
        assert parse_reference(reference, "FS") == reference


@pytest.mark.parametrize(
    "typed",
    [
        "FS-{}-{}",
        "fs-{}-{}",
        "FS{}{}",
        "{}{}",
        "{}-{}",
        "  F S {}\t{}\n",
        "fs–{}—{}",
        "FS‑{}‐{}.",
        "FS\u00a0{}\u00a0{}",
    ],
)
def test_spaces_dashes_case_and_the_prefix_are_forgiven(typed):
    right = characters("7K3M92Q")
    given = typed.format(right[:4], right[4:])
    assert parse_reference(given, "FS") == written(right, "FS")
    assert parse_reference(given.lower(), "FS") == written(right, "FS")


def test_look_alikes_are_forgiven():
    right = characters("0110ABC")
    for one in "1IiLl":
        for zero in "0Oo":
            typed = right.replace("1", one).replace("0", zero)
            assert parse_reference(typed, "FS") == written(right, "FS")


def test_a_reference_that_begins_like_the_prefix_is_not_cut():
    right = characters("FSFSFSF")
    assert parse_reference(right, "FS") == parse_reference("FS" + right, "FS") == written(right, "FS")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FS",
        "FS-7K3M",
        "7K3M92QDD",
        "UUUUUUUU",
        "ÄÖÜÄÖÜÄÖ",
        "١٢٣٤٥٦٧٨",
        "7K3M\x0092Q",
        "-" * 41,
        "'; DROP --",
        "😀" * 8,
    ],
)
def test_what_is_no_reference_is_none(text):
    assert parse_reference(text, "FS") is None


def test_a_receipts_reference_is_not_a_visits():
    right = characters("8DWE6TN")
    assert parse_reference("R-" + right, "R") == written(right, "R")
    assert parse_reference("R-" + right, "FS") is None
