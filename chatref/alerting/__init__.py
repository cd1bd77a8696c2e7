"""Telling people who may not look at the inbox. Start with `alerting` (who is told what), then the channels."""
