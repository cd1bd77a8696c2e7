"""Chatref: an assistant in front of every customer chat, and a person behind it.

`conversation` is the pure domain; `effects` names what workflows ask of the outside world; `assistant`, `knowledge` and
`store` do it; the rest of this package starts things. Dependencies point inwards, and a test checks that they do.
"""
