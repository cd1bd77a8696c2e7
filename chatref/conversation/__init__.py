"""The pure domain of a conversation: no I/O, no clock, nothing of Temporal, HTTP or SQL.

Start with `chart` (which state may follow which), then `events` (what is remembered), `actions` and `collecting` (what
the business configures and how details are asked for) and `policy` (how long anybody may wait).
"""
