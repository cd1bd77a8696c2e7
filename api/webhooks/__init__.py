"""Webhooks: the business's own systems, which hear of handoffs."""
