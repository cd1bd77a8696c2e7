"""One post to a webhook: what it carries, and what each answer means."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from standardwebhooks import WebhookVerificationError

from chatref.embedded.ports import LOOPBACK, free_ports
from chatref.webhooks.posting import Posted, Poster, Verdict
from chatref.webhooks.signing import new_secret, signed_headers
from tests.receiver import Answer, Receiver, receiver


@pytest.fixture
async def here() -> AsyncIterator[Receiver]:
    async with receiver() as received:
        yield received


@pytest.fixture
async def poster() -> AsyncIterator[Poster]:
    poster = Poster(allow_private=True)
    yield poster
    await poster.close()


async def post(poster: Poster, url: str) -> Posted:
    return await poster.post(url, '{"type": "webhook.test"}', {"webhook-id": "1"})


class TestSignatures:
    async def test_the_standards_own_library_verifies_them(self, poster: Poster, here: Receiver) -> None:
        secret, body = new_secret(), '{"data": "Zoë said: ça va?"}'
        await poster.post(here.url, body, signed_headers("7", body, [secret], datetime.now(UTC)))
        [arrived] = here.posts
        assert arrived.verified(secret) == {"data": "Zoë said: ça va?"}
        assert arrived.id == "7"
        assert arrived.headers["content-type"] == "application/json"

    async def test_both_secrets_sign_while_one_replaces_the_other(self, poster: Poster, here: Receiver) -> None:
        old, new = new_secret(), new_secret()
        await poster.post(here.url, "{}", signed_headers("7", "{}", [new, old], datetime.now(UTC)))
        [arrived] = here.posts
        assert arrived.verified(old) == arrived.verified(new) == {}
        with pytest.raises(WebhookVerificationError):
            arrived.verified(new_secret())

    async def test_an_old_post_does_not_verify(self, poster: Poster, here: Receiver) -> None:
        secret = new_secret()
        late = datetime.now(UTC) - timedelta(minutes=10)
        await poster.post(here.url, "{}", signed_headers("7", "{}", [secret], late))
        with pytest.raises(WebhookVerificationError):
            here.posts[0].verified(secret)

    def test_secrets_are_as_long_as_the_standard_wants(self) -> None:
        first, second = new_secret(), new_secret()
        assert first.startswith("whsec_")
        assert first != second


class TestAnswers:
    @pytest.mark.parametrize("status", [200, 201, 204, 299])
    async def test_any_2xx_is_a_delivery(self, poster: Poster, here: Receiver, status: int) -> None:
        here.otherwise = Answer(status)
        posted = await post(poster, here.url)
        assert (posted.verdict, posted.status) == (Verdict.DELIVERED, status)

    @pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
    async def test_anything_else_is_none(self, poster: Poster, here: Receiver, status: int) -> None:
        here.otherwise = Answer(status)
        posted = await post(poster, here.url)
        assert (posted.verdict, posted.status, posted.outcome) == (Verdict.FAILED, status, f"answered {status}")

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    async def test_redirects_are_not_followed(self, poster: Poster, here: Receiver, status: int) -> None:
        async with receiver() as elsewhere:
            here.otherwise = Answer(status, {"Location": elsewhere.url})
            posted = await post(poster, here.url)
            assert (posted.verdict, posted.status) == (Verdict.FAILED, status)
            assert elsewhere.posts == []

    async def test_410_is_for_good(self, poster: Poster, here: Receiver) -> None:
        here.otherwise = Answer(410)
        assert (await post(poster, here.url)).verdict is Verdict.GONE

    async def test_it_says_for_how_long_it_wants_to_be_left_alone(self, poster: Poster, here: Receiver) -> None:
        at = datetime.now(UTC) + timedelta(hours=1)
        here.answers = [
            Answer(429, {"Retry-After": "120"}),
            Answer(503, {"Retry-After": format_datetime(at, usegmt=True)}),
            Answer(503, {"Retry-After": "soon"}),
            Answer(503, {"Retry-After": "9" * 60}),
        ]
        pauses = [(await post(poster, here.url)).retry_after for _ in range(4)]
        assert pauses[0] == timedelta(minutes=2)
        assert pauses[1] is not None
        assert timedelta(minutes=50) < pauses[1] <= timedelta(hours=1)
        assert pauses[2] is None
        assert pauses[3] is not None
        assert pauses[3] > timedelta(days=1)

    async def test_one_that_does_not_answer_has_its_time(self, here: Receiver) -> None:
        here.otherwise = Answer(gate=asyncio.Event())
        poster = Poster(allow_private=True, seconds=0.2)
        posted = await post(poster, here.url)
        await poster.close()
        assert (posted.verdict, posted.status) == (Verdict.FAILED, None)
        assert posted.outcome == "took longer than 0.2 seconds"
        assert posted.took >= timedelta(seconds=0.2)

    async def test_nobody_there(self, poster: Poster) -> None:
        [port] = free_ports(1)
        posted = await post(poster, f"http://{LOOPBACK}:{port}/")
        assert (posted.verdict, posted.outcome) == (Verdict.FAILED, "cannot be reached")

    async def test_no_secure_connection(self, poster: Poster) -> None:
        async def speaks_plainly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 Said\r\n\r\n")
            writer.close()

        async with await asyncio.start_server(speaks_plainly, LOOPBACK, 0) as server:
            port = server.sockets[0].getsockname()[1]
            posted = await post(poster, f"https://{LOOPBACK}:{port}/")
        assert (posted.verdict, posted.outcome) == (
            Verdict.FAILED,
            "no secure connection: is its certificate valid?",
        )

    async def test_cookies_are_not_kept(self, poster: Poster, here: Receiver) -> None:
        here.otherwise = Answer(headers={"Set-Cookie": "seen=1; Path=/"})
        for _ in range(2):
            await post(poster, here.url)
        assert [("cookie" in arrived.headers) for arrived in here.posts] == [False, False]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254", "10.0.0.1", "0.0.0.0"])
async def test_private_networks_are_not_connected_to(here: Receiver, host: str) -> None:
    poster = Poster()
    posted = await post(poster, here.url.replace(LOOPBACK, host))
    await poster.close()
    assert posted.verdict is Verdict.FAILED
    assert "private network" in posted.outcome
    assert here.posts == []
