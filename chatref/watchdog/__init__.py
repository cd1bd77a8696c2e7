"""The watchdog: an independent process that tells supervisors what timers in workers cannot notice.

Start with `incidents` (what is going on, and who has been told), then `watch` (what is looked at) and `channels`.
"""
