"""The tests of Freeslot."""
