"""Webhooks: what they are told, and how it gets there (Standard Webhooks 1.0)."""
