"""Everything at once: visitors, agents and webhooks, while every process is killed in random order."""
