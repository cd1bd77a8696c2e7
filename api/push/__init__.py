"""The browsers in which an agent takes alerts while the inbox is closed."""
