"""What answers first. Start with `responder` (what is tried in which order), then `interface` and the assistants."""
