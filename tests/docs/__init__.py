"""What the documents promise is so."""
