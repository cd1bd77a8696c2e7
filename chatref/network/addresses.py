"""Which network addresses may be connected to, decided on what a name resolves to and not on the name."""

import asyncio
import ipaddress
import socket

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_UNICAST = ipaddress.ip_network("2000::/3")
"""All of IPv6 that the internet routes."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class AddressRefused(Exception):
    """The name leads to a private network, to this machine, or nowhere. The words are for people."""


def is_public(address: Address) -> bool:
    """Reachable on the internet, and by that nobody's private network. What is embedded in an address counts too."""
    if isinstance(address, ipaddress.IPv6Address):
        embedded = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, None))[1]
        if embedded is None and address in _NAT64:
            embedded = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if embedded is not None:
            return is_public(embedded)
        if address not in _UNICAST:
            return False
    return address.is_global and not address.is_multicast


async def resolve(host: str, port: int, *, allow_private: bool) -> str:
    """One address of the host, to connect to. Where any of them is not public, none is given: raises `AddressRefused`.

    Whoever connects must connect to this very address: asked again, the name may lead elsewhere.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise AddressRefused(f"There is no server called {host}.") from None
    addresses = [ipaddress.ip_address(str(each[4][0]).split("%")[0]) for each in found]
    if not addresses:
        raise AddressRefused(f"There is no server called {host}.")
    if not allow_private and not all(map(is_public, addresses)):
        raise AddressRefused(f"{host} is an address of a private network. Those are not connected to.")
    # IPv4 first: where a machine has no way out by IPv6, connecting to it only costs time.
    return str(min(addresses, key=lambda address: address.version))
