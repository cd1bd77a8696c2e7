"""The HTTP surface: visitors' routes under /widget/v1, agents' under /api/v1, live events, and the built web pages.

`app.create_app` puts it together. One package per noun: `endpoints` are thin and their docstrings are the API's
documentation, `schemas` are what goes over the wire. Queries are in `chatref.store`, decisions in the workflows.
"""
