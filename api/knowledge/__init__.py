"""Searching the owner's content."""
