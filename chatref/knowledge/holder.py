"""What is in force now of something that is built anew when the configuration changes."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Holder(Generic[T]):
    """Holds the value in force. Whoever uses it reads `current` once per piece of work, so as to see one value."""

    def __init__(self, current: T) -> None:
        self.current = current
