"""The inbox's live stream."""
