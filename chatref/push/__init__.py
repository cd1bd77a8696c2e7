"""Browser push: what reaches agents whose inbox is closed. Start at `pusher.py`."""
