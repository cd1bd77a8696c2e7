"""Passwords and random tokens: how they are made and what of them is kept."""

import secrets
from hashlib import sha256

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher()
_NOBODYS_HASH = _HASHER.hash(secrets.token_urlsafe())


def hash_password(password: str) -> str:
    """Argon2id with the parameters of RFC 9106's second choice. Takes tens of milliseconds, on purpose."""
    return _HASHER.hash(password)


def password_fits(password: str, password_hash: str) -> bool:
    """Whether it is the password. An empty hash (nobody, or nobody who may sign in) takes as long and fits nothing."""
    try:
        return _HASHER.verify(password_hash or _NOBODYS_HASH, password) and bool(password_hash)
    except (VerificationError, InvalidHashError):
        return False


def new_token() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def new_password() -> str:
    """Easy to copy, 100 random bits."""
    return "-".join(secrets.token_hex(4)[:5] for _ in range(5))


def token_hash(token: str) -> str:
    """What is kept of a random token. SHA-256 is enough: there is nothing to guess."""
    return sha256(token.encode()).hexdigest()
