"""The checks are checked: each finds what it is for, and is content with what is right."""
