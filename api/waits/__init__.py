"""Who waits for a person: live and on record."""
