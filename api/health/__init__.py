"""Whether it runs."""
