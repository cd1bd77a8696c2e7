"""The pure domain of a conversation: no I/O, no clock, nothing of Temporal, HTTP or SQL.

Start with `chart` (which state may follow which), then `events` (what is remembered), `actions` and `collecting` (what
the business configures and how details are asked for) and `policy` (how long anybody may wait). `conversation` is the
rules; what they rest on has modules of its own: `episode` (the assistant's share), `ladder` (who is told while somebody
waits), `absence` (what the visitor is told while nobody is there), `log` and `entries` (how it is written down).
"""
