"""The cast of the visits' pages, for the portal around them."""

from tests.visits.conftest import cast, clock, later, patient, sign_in

__all__ = ["cast", "clock", "later", "patient", "sign_in"]
