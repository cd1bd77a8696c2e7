"""What Chatref costs beside the bare engine it runs on: both measured in one run, on the same server.

`python -m bench` starts an installation of its own in a temporary directory, and processes that load it.
"""
