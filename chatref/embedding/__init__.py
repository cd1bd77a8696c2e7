"""Meaning as numbers: what turns texts into vectors, where the machine has such a model."""
