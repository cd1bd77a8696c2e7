"""How long visitors waited for a person, over time."""
