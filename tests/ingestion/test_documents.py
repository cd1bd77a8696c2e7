"""What is read out of each kind of document, and what is left out."""

import pytest

from chatref.ingestion import documents
from chatref.ingestion.documents import read_document, read_sitemap
from chatref.ingestion.kinds import Unreadable, media_type_of
from tests.ingestion.papers import docx, pdf

PDF = media_type_of("a.pdf")
DOCX = media_type_of("a.docx")
REFUNDS = """
<h1>Returns</h1><p>You have 30 days.</p><h2>How long does a refund take?</h2><p>Five working days.</p>
<ul><li>Cards: 5 days</li><li>PayPal: 1 day</li></ul>
<details><summary>Can I return sale items?</summary><p>Within 14 days.</p></details>
"""


def told(content: bytes | str, media_type: str, **hints: str) -> list[tuple[str, str]]:
    given = content.encode() if isinstance(content, str) else content
    return [(each.title, each.text) for each in read_document(given, media_type, **hints).passages]


@pytest.mark.parametrize(
    "page",
    [
        "<main>{}</main>",
        "<div class='wrap'><article>{}</article></div>",
        "<div class='x'>{}</div>",
        "{}",
    ],
)
def test_only_the_content_of_a_page_is_kept_with_its_structure(page: str) -> None:
    around = (
        "<html><head><title>Returns | Shop</title><script>var a=1</script></head><body>"
        "<header><a href='/'>Shop</a></header><nav><a href='/cart'>Cart</a></nav>"
        f"{page.format(REFUNDS)}<aside>Popular now</aside><form><input value='x'>Subscribe</form>"
        "<div role='dialog'>We use cookies</div><footer>Imprint</footer></body></html>"
    )
    passages = told(around, "text/html", url="https://shop.example/returns")
    assert [title for title, _ in passages] == ["Returns", "How long does a refund take?", "Can I return sale items?"]
    everything = " ".join(text for _, text in passages)
    assert "Cards: 5 days" in everything
    for noise in ("Cart", "Popular", "Subscribe", "cookies", "Imprint", "var a"):
        assert noise not in everything


def test_links_are_absolute_and_a_title_is_without_the_sites_name() -> None:
    page = (
        b"<title>Hours - Shop</title><base href='/help/'><p>We open at nine.</p><a href='a'>a</a><a href='?p=2#x'>b</a>"
    )
    read = read_document(page, "text/html", url="https://shop.example/x")
    assert read.title == "Hours"
    assert read.links == ["https://shop.example/help/a", "https://shop.example/help/?p=2#x"]


@pytest.mark.parametrize(("charset", "declared"), [("latin-1", ""), ("", "<meta charset='latin-1'>")])
def test_a_page_is_read_in_its_own_encoding(charset: str, declared: str) -> None:
    page = f"{declared}<p>Größe und Preis</p>".encode("latin-1")
    assert told(page, "text/html", charset=charset) == [("", "Größe und Preis")]


def test_a_pdf_keeps_headings_and_joins_its_lines() -> None:
    content = pdf(
        [
            [
                (20, "Plant care"),
                (10, "Water your fern every three days, but only when"),
                (10, "the soil is dry to the touch of a fin-"),
                (10, "ger."),
                (14, "Repotting"),
                (10, "Once a year, in spring."),
            ],
            [(14, "Light"), (10, "Never in full sun.")],
        ]
    )
    assert told(content, PDF) == [
        (
            "Plant care",
            "Water your fern every three days, but only when the soil is dry to the touch of a finger.",
        ),
        ("Repotting", "Once a year, in spring."),
        ("Light", "Never in full sun."),
    ]


def test_a_docx_keeps_its_headings() -> None:
    content = docx(
        [("Heading1", "Warranty"), ("Normal", "Two years on pots."), ("Heading2", "Plants"), ("Normal", "30 days.")]
    )
    assert told(content, DOCX) == [("Warranty", "Two years on pots."), ("Plants", "30 days.")]


@pytest.mark.parametrize(
    ("content", "media_type", "reason"),
    [
        (b"%PDF-1.4 broken", PDF, "The PDF is damaged"),
        (pdf([[]]), PDF, "a scan, perhaps"),
        (pdf([[(10, "x")]], copies=documents.PDF_PAGES_AT_MOST + 1), PDF, "It has 2001 pages; 2000 can be read."),
        (b"PK broken", DOCX, "The document is damaged"),
        (docx([("Normal", "x")], padding=b"\0" * documents.UNPACKED_AT_MOST), DOCX, "larger than 300 MB"),
        (b"\xff\xfe\x00", "text/plain", "not UTF-8"),
        (b"x", "image/png", "of a kind that cannot be read"),
        (
            "\n\n".join("x" * 1500 for _ in range(documents.PASSAGES_AT_MOST + 1)).encode(),
            "text/plain",
            "more than 20000",
        ),
    ],
)
def test_what_cannot_be_read_says_why(content: bytes, media_type: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        read_document(content, media_type)


def test_what_no_database_keeps_is_left_out() -> None:
    long = "Seeds and soil. " * 100
    read = read_document(f"{long}\x00".encode(), "text/plain", title="Half \ud800 and nul\x00")
    assert read.title == "Half ? and nul"
    assert read.passages[0].text == long.strip()


def test_sitemaps_and_lists_of_sitemaps() -> None:
    pages = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc> https://a/1 </loc></url></urlset>'
    index = "<sitemapindex xmlns='http://www.sitemaps.org/x'><sitemap><loc>https://a/s</loc></sitemap></sitemapindex>"
    assert read_sitemap(pages.encode()) == (["https://a/1"], [])
    assert read_sitemap(index.encode()) == ([], ["https://a/s"])
    assert read_sitemap(b"https://a/1\nhttps://a/2\n") == (["https://a/1", "https://a/2"], [])
    assert read_sitemap(b"<html>no sitemap") == ([], [])


def test_a_sitemap_reads_no_files() -> None:
    attack = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><urlset><url><loc>&e;</loc></url></urlset>'
    pages, _ = read_sitemap(attack.encode())
    assert "root" not in "".join(pages)
