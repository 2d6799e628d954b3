"""The pages of the link door, one noun a file."""
