"""The reading process: what a document may take, and that the next one is read all the same."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from chatref.ingestion.kinds import Unreadable, media_type_of
from chatref.ingestion.reader import Reader
from tests.ingestion.papers import pdf_bomb

PDF = media_type_of("a.pdf")


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    reader = Reader(seconds=5)
    yield reader
    await reader.stop()


async def test_a_bomb_fails_with_a_reason_and_the_next_document_is_read(reader: Reader) -> None:
    with pytest.raises(Unreadable, match=r"damaged|within 5 seconds|memory"):
        await reader.read(pdf_bomb(400_000_000), PDF)
    assert (await reader.read(b"# Hi\n\nThere.", "text/markdown")).passages[0]["text"] == "There."


async def test_what_takes_too_long_is_given_up(reader: Reader) -> None:
    with pytest.raises(Unreadable, match="within 5 seconds"):
        await reader.read(pdf_bomb(60_000_000), PDF)
    assert (await reader.read(b"# Hi\n\nThere.", "text/markdown")).title == "Hi"


async def test_damage_that_nobody_foresaw_is_told_and_costs_nothing_else(reader: Reader) -> None:
    await reader.read(b"# Hi\n\nThere.", "text/markdown")
    process = reader._process
    with pytest.raises(Unreadable, match="damaged"):
        await reader.read_sitemap(b"\x1f\x8b" + b"no gzip after all")
    with pytest.raises(Unreadable, match="damaged"):
        await reader.read(b"<p>x", "text/html", charset="undefined")
    assert (await reader.read(b"# Hi\n\nThere.", "text/markdown")).title == "Hi"
    assert reader._process is process


async def test_an_answer_nobody_waits_for_is_not_the_next_ones(reader: Reader) -> None:
    lost = asyncio.create_task(reader.read(b"# Lost\n\nLost.", "text/markdown"))
    await asyncio.sleep(0.05)
    lost.cancel()
    assert (await reader.read(b"# Hi\n\nThere.", "text/markdown")).title == "Hi"
