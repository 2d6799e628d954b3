"""The pages of booking, one noun a file."""
