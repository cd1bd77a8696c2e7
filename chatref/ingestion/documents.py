"""What a document says: Markdown, HTML, plain text, PDF and DOCX, as a title, passages and links.

Runs in the reading process (`chatref.ingestion.reading`), as it takes time and memory that the document decides on.
"""

import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin

import mammoth
from lxml import etree, html
from markdownify import markdownify
from pypdf import PdfReader
from pypdf.errors import DependencyError, FileNotDecryptedError, PyPdfError
from trafilatura import extract
from trafilatura.settings import use_config

from chatref.ingestion.kinds import TYPES, Unreadable
from chatref.ingestion.pdf import markdown_of
from chatref.knowledge.passages import Passage, read_markdown

PASSAGES_AT_MOST = 20_000
PDF_PAGES_AT_MOST = 2_000
UNPACKED_AT_MOST = 300 * 1024 * 1024
ADDRESSES_AT_MOST = 50_000

_HTML = {"text/html", "application/xhtml+xml"}
_NO_CONTENT = (
    "//script | //style | //noscript | //template | //iframe | //svg | //form | //nav | //aside | //dialog"
    " | //*[@role='navigation' or @role='search' or @role='banner' or @role='contentinfo' or @role='dialog']"
    " | //*[@hidden or @aria-hidden='true']"
    " | //body/header | //body/footer | //body/*/header[not(ancestor::main or ancestor::article)]"
    " | //body/*/footer[not(ancestor::main or ancestor::article)]"
)
_MAIN = "//main | //*[@role='main'] | //article"
_TITLE_PARTS = re.compile(r"\s+[|\u2013\u2014\u00b7\u00bb]\s+|\s+-\s+")

# Short pages are whole answers here: without these, the library takes them for failures and drops all structure.
_EXTRACTION = use_config()
_EXTRACTION.set("DEFAULT", "MIN_EXTRACTED_SIZE", "1")
_EXTRACTION.set("DEFAULT", "MIN_OUTPUT_SIZE", "1")


@dataclass(frozen=True)
class Read:
    """`links` are what the page leads to, absolute, in its order."""

    title: str
    passages: list[Passage]
    links: list[str] = field(default_factory=list)


def read_document(content: bytes, media_type: str, *, title: str = "", url: str = "", charset: str = "") -> Read:
    """Raises `Unreadable`. `title` serves where the document has none."""
    links: list[str] = []
    if media_type in _HTML:
        tree = _tree(content, charset)
        links = list(_links(tree, url))
        heading = _title(tree)
        markdown = _main_content(tree)
    elif media_type in ("text/markdown", "text/plain"):
        heading, markdown = "", _text(content, charset)
    elif media_type == TYPES[".pdf"]:
        heading, markdown = _pdf(content)
    elif media_type == TYPES[".docx"]:
        heading, markdown = "", _docx(content)
    else:
        raise Unreadable(f"It is of a kind that cannot be read ({media_type or 'unknown'}).")
    document = read_markdown(_clean(markdown), source_id="", title=_clean(heading or title), url=url)
    if len(document.passages) > PASSAGES_AT_MOST:
        raise Unreadable(f"It has more than {PASSAGES_AT_MOST} passages. Split it into smaller documents.")
    return Read(document.title or title, list(document.passages), links)


def _clean(text: str) -> str:
    """Without what no database keeps: NUL, and halves of characters, which PDFs are full of."""
    return text.replace("\x00", "").encode(errors="replace").decode()


def read_sitemap(content: bytes) -> tuple[list[str], list[str]]:
    """The pages and the further sitemaps that a sitemap lists. Both empty where it is none."""
    if content.startswith(b"\x1f\x8b"):
        content = _unzipped(content)
    if not content.lstrip().startswith(b"<"):
        return [line for line in content.decode(errors="replace").split() if line.startswith("http")], []
    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=False)
    root = etree.fromstring(content, parser)
    if root is None or not isinstance(root.tag, str):
        return [], []
    found = [(each.text or "").strip() for each in root.iterfind("{*}*/{*}loc")][:ADDRESSES_AT_MOST]
    return ([], found) if etree.QName(root).localname == "sitemapindex" else (found, [])


def _unzipped(content: bytes) -> bytes:
    with gzip.open(io.BytesIO(content)) as file:
        return file.read(UNPACKED_AT_MOST // 4)


def _text(content: bytes, charset: str = "") -> str:
    for encoding in filter(None, (charset, "utf-8-sig")):
        try:
            text = content.decode(encoding)
            break
        except (UnicodeDecodeError, LookupError):
            continue
    else:
        raise Unreadable("It is not UTF-8 text.")
    if "\x00" in text[:1000]:
        raise Unreadable("It is not text.")
    return text.replace("\x00", "")


def _tree(content: bytes, charset: str) -> html.HtmlElement:
    try:
        # The server's word counts more than the page's; what libxml2 cannot decode, Python can.
        encoding = "utf-8" if charset else None
        content = content.decode(charset, "replace").encode() if charset else content
    except LookupError:
        encoding = None
    parser = html.HTMLParser(encoding=encoding or _declared(content), huge_tree=False)
    try:
        return html.document_fromstring(content, parser=parser)
    except (etree.LxmlError, ValueError, AssertionError):
        raise Unreadable("There is no text in it.") from None


def _declared(content: bytes) -> str | None:
    """None lets the parser go by what the page says itself; UTF-8 where it says nothing and is."""
    if b"charset" in content[:2048].lower():
        return None
    try:
        content.decode()
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _title(tree: html.HtmlElement) -> str:
    """The page's title without the name of the site."""
    whole = " ".join((tree.findtext(".//title") or "").split())
    return _TITLE_PARTS.split(whole)[0].strip()[:200]


def _links(tree: html.HtmlElement, url: str) -> Iterator[str]:
    base = urljoin(url, (tree.xpath("//base/@href") or [""])[0])
    for href in tree.xpath("//a/@href[not(../@rel='nofollow')]"):
        try:
            yield urljoin(base, str(href).strip())
        except ValueError:
            continue


def _main_content(tree: html.HtmlElement) -> str:
    for element in tree.xpath(_NO_CONTENT):
        if element.getparent() is not None:
            element.drop_tree()
    body = tree.find("body")
    if body is not None and not tree.xpath(_MAIN):
        # Where a page does not say what its content is, all that is left is: guessing costs headings.
        main = html.Element("main")
        main.text, body.text = body.text, None
        main.extend(list(body))
        body.append(main)
    markdown = extract(
        html.tostring(tree, encoding="unicode"),
        output_format="markdown",
        include_comments=False,
        include_tables=True,
        include_formatting=True,
        favor_recall=True,
        fast=True,
        config=_EXTRACTION,
    )
    return markdown or ""


def _pdf(content: bytes) -> tuple[str, str]:
    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable("It is protected by a password.")
        pages = len(reader.pages)
        if pages > PDF_PAGES_AT_MOST:
            raise Unreadable(f"It has {pages} pages; {PDF_PAGES_AT_MOST} can be read.")
        markdown = markdown_of(reader)
        title = str((reader.metadata and reader.metadata.title) or "").strip()
    except (FileNotDecryptedError, DependencyError):
        raise Unreadable("It is protected by a password.") from None
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        # The library answers damaged files with whatever its parts run into.
        raise Unreadable("The PDF is damaged.") from error
    if not markdown.strip():
        raise Unreadable("There is no text in it: a scan, perhaps.")
    return title, markdown


def _docx(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(each.file_size for each in archive.infolist()) > UNPACKED_AT_MOST:
                raise Unreadable(f"Unpacked it is larger than {UNPACKED_AT_MOST // 1024 // 1024} MB.")
            converted = mammoth.convert_to_html(
                io.BytesIO(content), convert_image=mammoth.images.img_element(lambda _: {})
            )
    except (zipfile.BadZipFile, KeyError, ValueError, OSError) as error:
        raise Unreadable("The document is damaged.") from error
    return str(markdownify(converted.value, heading_style="ATX", strip=["a", "img"], escape_misc=False))
