"""The teams."""
