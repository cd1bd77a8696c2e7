"""Canned replies: texts that agents keep at hand."""
