"""What can be done with a wish, one verb a file."""
