"""An HTTP transport that goes where it was allowed to go, and nowhere else."""

import ssl

import httpx

from chatref.network.addresses import resolve


class Pinned(httpx.AsyncBaseTransport):
    """Connects to the address that was checked, whatever the name leads to a moment later. TLS still sees the name.

    One pool per name, so that a connection made for one is never used for another at the same address.
    """

    def __init__(self, allow_private: bool) -> None:
        self._allow_private = allow_private
        self._tls = ssl.create_default_context()
        self._transports: dict[str, httpx.AsyncHTTPTransport] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        address = await resolve(host, port, allow_private=self._allow_private)
        transport = self._transports.get(host)
        if transport is None:
            transport = self._transports[host] = httpx.AsyncHTTPTransport(verify=self._tls, trust_env=False)
        # The Host header was set from the name when the request was made.
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.url = request.url.copy_with(host=address)
        return await transport.handle_async_request(request)

    async def aclose(self) -> None:
        for transport in self._transports.values():
            await transport.aclose()


def is_insecure(error: httpx.ConnectError) -> bool:
    """Whether there was a server, but no secure connection to it: above all, its certificate is not valid."""
    return isinstance(error.__cause__ and error.__cause__.__cause__, ssl.SSLError) or "SSL" in str(error)
