"""The owner's content."""
