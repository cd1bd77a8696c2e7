"""Canned replies: texts that agents keep at hand, with variables that the inbox fills in when one is chosen.

A variable is written `{{visitor.first_name}}`, with spaces inside the braces or without. Which there are stands here;
the inbox knows their values.
"""

import re

VARIABLES = ("visitor.name", "visitor.first_name", "visitor.email", "agent.name", "agent.first_name", "detail.<name>")
"""The last one stands for each detail that an action asks for, by its name."""

_NAMES = frozenset(VARIABLES[:-1])
_DETAIL = re.compile(r"detail\.[a-z][a-z0-9_]{0,39}")
_VARIABLE = re.compile(r"\{\{([^{}]*)\}\}")


def check_variables(text: str) -> None:
    """Raises `ValueError`, with the variables that there are, where the text has another or one that does not end."""
    for found in _VARIABLE.finditer(text):
        name = found[1].strip()
        if name not in _NAMES and not _DETAIL.fullmatch(name):
            raise ValueError(f"there is no variable {{{{{name}}}}}; there are {_listed()}")
    if "{{" in _VARIABLE.sub("", text):
        raise ValueError(f"a variable begins with {{{{ and ends with }}}}; there are {_listed()}")


def _listed() -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in VARIABLES)
