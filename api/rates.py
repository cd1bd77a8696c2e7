"""How often: limits per conversation, address and account, counted in this process."""

import math
import time

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from api.problems import Problem

SIGN_IN_FAILURES = RateLimitItemPerMinute(10, 5)
"""Per account, in five minutes."""
SIGN_IN_FAILURES_PER_ADDRESS = RateLimitItemPerMinute(100, 5)


class Rates:
    """Lives as long as the application."""

    def __init__(self, visitor_messages_per_minute: int) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._messages = RateLimitItemPerMinute(visitor_messages_per_minute)

    def message(self, conversation: str) -> None:
        """Count a visitor's message. Raises `Problem` when it is one too many."""
        self._hit("message", conversation)

    def opening(self, address: str) -> None:
        """Count a conversation being opened from an address."""
        self._hit("opening", address)

    def sign_in(self, email: str, address: str) -> None:
        """Count an attempt. Raises `Problem` where too many failed, or are under way.

        Counted before the password is looked at: who tries a thousand at once has not failed yet.
        """
        if not self._limiter.test(SIGN_IN_FAILURES_PER_ADDRESS, "address", address):
            self._refuse(SIGN_IN_FAILURES_PER_ADDRESS, ("address", address))
        if not self._limiter.hit(SIGN_IN_FAILURES, *_account(email)):
            self._refuse(SIGN_IN_FAILURES, _account(email))

    def sign_in_failed(self, address: str) -> None:
        self._limiter.hit(SIGN_IN_FAILURES_PER_ADDRESS, "address", address)

    def signed_in(self, email: str) -> None:
        self._limiter.clear(SIGN_IN_FAILURES, *_account(email))

    def _hit(self, *key: str) -> None:
        if not self._limiter.hit(self._messages, *key):
            self._refuse(self._messages, key)

    def _refuse(self, item: RateLimitItemPerMinute, key: tuple[str, ...]) -> None:
        wait = max(1, math.ceil(self._limiter.get_window_stats(item, *key).reset_time - time.time()))
        raise Problem(
            429, "rate_limited", f"Too many requests; try again in {wait} s.", headers={"Retry-After": str(wait)}
        )


def _account(email: str) -> tuple[str, str]:
    return ("account", email.lower())
