"""The service policy."""
