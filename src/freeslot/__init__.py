"""Freeslot: cancel, move or book a medical visit in two taps, through whichever door it was booked."""
