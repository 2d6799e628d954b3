"""The cast at its own moment, and the browser of its patient, as for the pages of a visit."""

from tests.visits.conftest import cast, clock, later, patient, sign_in

__all__ = ["cast", "clock", "later", "patient", "sign_in"]
