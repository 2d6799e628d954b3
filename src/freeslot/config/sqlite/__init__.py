"""SQLite as Freeslot uses it: one writer at a time, served in the order they came."""
