"""One push to a browser: what it carries, who can read it, and what each answer of its push service means."""

import asyncio
import time
from base64 import urlsafe_b64decode
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import jwt
import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from chatref.embedded.ports import LOOPBACK, free_ports
from chatref.push.payload import PAYLOAD_BYTES_AT_MOST, PushPayload, fitted
from chatref.push.pusher import Pushed, Pusher, PushVerdict, Urgency
from chatref.push.vapid import CURVE, Vapid
from chatref.settings import Settings
from tests.push.browser import SubscribedBrowser, claims_of
from tests.receiver import Answer, Receiver, receiver

VAPID = Vapid.derived(b"s" * 32, "https://chat.example.com")
HOUR = timedelta(hours=1)


@pytest.fixture
async def here() -> AsyncIterator[Receiver]:
    """A push service."""
    async with receiver() as received:
        received.otherwise = Answer(201)
        yield received


@pytest.fixture
async def pusher() -> AsyncIterator[Pusher]:
    pusher = Pusher(VAPID, allow_private=True)
    yield pusher
    await pusher.close()


@pytest.fixture
def browser() -> SubscribedBrowser:
    return SubscribedBrowser()


def payload(title: str = "Mia is waiting", body: str = "Cancel subscription") -> PushPayload:
    conversation_id = str(uuid4())
    return PushPayload(
        title=title,
        body=body,
        url=f"https://chat.example.com/inbox/all/{conversation_id}",
        tag=conversation_id,
        conversation_id=conversation_id,
    )


async def push(pusher: Pusher, endpoint: str) -> Pushed:
    return await pusher.push(SubscribedBrowser().subscription(endpoint), payload(), ttl=HOUR)


class TestWhatArrives:
    async def test_the_browser_reads_it_and_nobody_else(
        self, pusher: Pusher, here: Receiver, browser: SubscribedBrowser
    ) -> None:
        said = payload(body="Zoë said: ça va? 🌱")
        pushed = await pusher.push(browser.subscription(here.url), said, ttl=HOUR)
        assert (pushed.verdict, pushed.status, pushed.outcome) == (PushVerdict.DELIVERED, 201, "delivered")
        [arrived] = here.posts
        assert browser.read(arrived) == said
        with pytest.raises(InvalidTag):
            SubscribedBrowser().read(arrived)
        with pytest.raises(InvalidTag):
            SubscribedBrowser(key=browser.key).read(arrived)
        assert b"Zo" not in arrived.content

    async def test_the_same_is_never_encrypted_the_same(
        self, pusher: Pusher, here: Receiver, browser: SubscribedBrowser
    ) -> None:
        said = payload()
        for _ in range(2):
            await pusher.push(browser.subscription(here.url), said, ttl=HOUR)
        first, second = here.posts
        assert first.content[:86] != second.content[:86]
        assert browser.read(first) == browser.read(second) == said

    async def test_how_long_how_urgent_and_in_place_of_what(
        self, pusher: Pusher, here: Receiver, browser: SubscribedBrowser
    ) -> None:
        subscription = browser.subscription(here.url)
        await pusher.push(subscription, payload(), ttl=timedelta(minutes=5), topic="7", urgency=Urgency.NORMAL)
        await pusher.push(subscription, payload(), ttl=timedelta(0), topic="8")
        await pusher.push(subscription, payload(), ttl=HOUR)
        first, second, third = (post.headers for post in here.posts)
        assert (first["ttl"], first["urgency"]) == ("300", "normal")
        assert (second["ttl"], second["urgency"]) == ("0", "high")
        assert first["content-encoding"] == "aes128gcm"
        assert first["content-type"] == "application/octet-stream"
        assert first["topic"] != second["topic"]
        assert len(first["topic"]) == 32
        assert "topic" not in third

    async def test_the_push_service_learns_who_pushes(
        self, pusher: Pusher, here: Receiver, browser: SubscribedBrowser
    ) -> None:
        began = int(time.time())
        await pusher.push(browser.subscription(here.url), payload(), ttl=HOUR)
        [arrived] = here.posts
        origin = f"http://{urlsplit(here.url).netloc}"
        claims = claims_of(arrived, VAPID.public_key, origin)
        assert (claims["aud"], claims["sub"]) == (origin, "https://chat.example.com")
        assert began + 3600 < claims["exp"] <= time.time() + 24 * 3600
        with pytest.raises(jwt.InvalidAudienceError):
            claims_of(arrived, VAPID.public_key, "https://push.example.com")

    def test_the_usual_port_is_not_named(self) -> None:
        said = VAPID.authorization("https://Push.Example.com:443/send/1", datetime.now(UTC))
        token = said.removeprefix("vapid t=").split(",")[0]
        jwt.decode(token, VAPID.key.public_key(), algorithms=["ES256"], audience="https://push.example.com")

    async def test_a_browsers_own_reading_is_that_of_the_standard(self) -> None:
        """The example of RFC 8291, 5, so that our tests read as browsers do."""
        scalar = int.from_bytes(urlsafe_b64decode("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94="))
        auth = urlsafe_b64decode("BTBZMqHH6r4Tts7J_aSIgg==")
        content = urlsafe_b64decode(
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6Tlz"
            "AC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        )
        browser = SubscribedBrowser(ec.derive_private_key(scalar, CURVE), auth)
        assert browser.opened(content) == b"When I grow up, I want to be a watermelon"


class TestAnswers:
    @pytest.mark.parametrize(
        ("status", "verdict"),
        [
            (200, PushVerdict.DELIVERED),
            (201, PushVerdict.DELIVERED),
            (202, PushVerdict.DELIVERED),
            (302, PushVerdict.FAILED),
            (400, PushVerdict.REFUSED),
            (401, PushVerdict.REFUSED),
            (403, PushVerdict.REFUSED),
            (404, PushVerdict.GONE),
            (410, PushVerdict.GONE),
            (413, PushVerdict.REFUSED),
            (429, PushVerdict.LATER),
            (500, PushVerdict.FAILED),
            (503, PushVerdict.FAILED),
        ],
    )
    async def test_what_each_means(self, pusher: Pusher, here: Receiver, status: int, verdict: PushVerdict) -> None:
        here.otherwise = Answer(status)
        pushed = await push(pusher, here.url)
        assert (pushed.verdict, pushed.status) == (verdict, status)
        assert pushed.outcome == "delivered" or f"answered {status}" in pushed.outcome

    async def test_it_says_for_how_long_it_wants_to_be_left_alone(self, pusher: Pusher, here: Receiver) -> None:
        here.answers = [Answer(429, {"Retry-After": "120"}), Answer(503, {"Retry-After": "60"}), Answer(429)]
        pushed = [await push(pusher, here.url) for _ in range(3)]
        assert [each.verdict for each in pushed] == [PushVerdict.LATER, PushVerdict.FAILED, PushVerdict.LATER]
        assert [each.retry_after for each in pushed] == [timedelta(minutes=2), timedelta(minutes=1), None]

    async def test_one_that_does_not_answer_has_its_time(self, here: Receiver) -> None:
        here.otherwise = Answer(gate=asyncio.Event())
        pusher = Pusher(VAPID, allow_private=True, seconds=0.2)
        pushed = await push(pusher, here.url)
        await pusher.close()
        assert (pushed.verdict, pushed.status) == (PushVerdict.FAILED, None)
        assert pushed.outcome == "took longer than 0.2 seconds"

    async def test_nobody_there(self, pusher: Pusher) -> None:
        [port] = free_ports(1)
        pushed = await push(pusher, f"http://{LOOPBACK}:{port}/")
        assert (pushed.verdict, pushed.outcome) == (PushVerdict.FAILED, "cannot be reached")

    async def test_private_networks_are_not_connected_to(self, here: Receiver) -> None:
        pusher = Pusher(VAPID)
        pushed = await push(pusher, here.url)
        await pusher.close()
        assert pushed.verdict is PushVerdict.FAILED
        assert "private network" in pushed.outcome
        assert here.posts == []


class TestWhatFits:
    async def test_a_long_text_is_cut_and_arrives(
        self, pusher: Pusher, here: Receiver, browser: SubscribedBrowser
    ) -> None:
        said = payload(title="Mia is waiting", body="Grüße, 🌱 \n" * 2000)
        pushed = await pusher.push(browser.subscription(here.url), said, ttl=HOUR)
        assert pushed.verdict is PushVerdict.DELIVERED
        [arrived] = here.posts
        assert len(arrived.content) < 4096
        read = browser.read(arrived)
        assert {**read, "body": ""} == {**said, "body": ""}
        assert read["body"].endswith("…")
        assert said["body"].startswith(read["body"].removesuffix("…"))

    @pytest.mark.parametrize("letter", ["x", '"', "ü", "🌱", "\n"])
    @pytest.mark.parametrize("field", ["title", "body"])
    def test_as_much_of_it_as_there_is_room_for(self, field: str, letter: str) -> None:
        written = fitted(payload(**{field: f"{letter}!" * 3000}))
        assert PAYLOAD_BYTES_AT_MOST - 20 < len(written) <= PAYLOAD_BYTES_AT_MOST

    def test_the_body_goes_before_the_title(self) -> None:
        written = fitted(payload(title="t" * 5000, body="b" * 5000))
        assert len(written) <= PAYLOAD_BYTES_AT_MOST
        assert b'"body":"\xe2\x80\xa6"' in written
        assert b"t" * 2000 in written

    def test_an_address_is_not_cut(self) -> None:
        with pytest.raises(ValueError, match="address"):
            fitted(payload() | {"url": "https://chat.example.com/" + "x" * 3000})


class TestKeys:
    def test_every_process_has_the_same_and_another_installation_others(self) -> None:
        def of(secret: str) -> str:
            settings = Settings(database_url="postgresql://nowhere/none", secret=SecretStr(secret))
            return Vapid.derived(settings.push_seed, settings.public_url).public_key

        assert of("a" * 32) == of("a" * 32) != of("b" * 32)
        assert len(urlsafe_b64decode(of("a" * 32) + "=")) == 65

    def test_the_key_of_a_seed_stays_what_it_is(self) -> None:
        """Another one would end the subscriptions of everybody."""
        assert (
            VAPID.public_key
            == "BCJhbLoB2UZ40mVk4qdSIryarOEXsi2oWiH2Y_VNPF596pTOMAMeBfxgYWxDb8tGKGR1Ha39LH-xtmXZ1RPIIxc"
        )

    @pytest.mark.parametrize(
        ("public_url", "contact"),
        [
            ("https://chat.example.com/", "https://chat.example.com"),
            ("http://127.0.0.1:8080", "mailto:nobody@example.com"),
        ],
    )
    def test_push_services_are_told_where_to_find_us(self, public_url: str, contact: str) -> None:
        assert Vapid.derived(b"s" * 32, public_url).contact == contact
