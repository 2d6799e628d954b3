"""What Freeslot adds to Django's database access: for the few statements that every cancel runs."""
