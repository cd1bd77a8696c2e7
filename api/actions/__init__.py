"""Custom actions, and trying them."""
