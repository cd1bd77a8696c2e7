"""The engines that `chatref up` brings along: a PostgreSQL and a Temporal server, and what keeps processes running.

They are ordinary servers, kept in one directory; nothing here knows what Chatref does with them.
"""
