"""The pages of a visit, one noun a file."""
