"""Pages of other people, on origins of their own, and what is seen when two pages are laid side by side."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page

from chatref.embedded.ports import LOOPBACK

Looks = dict[str, str]

_LOOKS = """([root, left_out]) => {
  const top = root === "page" ? document.body : document.querySelector(root).shadowRoot;
  const looks = {};
  const look = (element, path) => {
    if ((left_out && element.matches(left_out)) || !element.checkVisibility()) return;
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    const lines = [`box: ${[box.x, box.y, box.width, box.height].map(Math.round)}`];
    for (const name of style) if (!name.startsWith("--")) lines.push(`${name}: ${style.getPropertyValue(name)}`);
    looks[path] = lines.join("; ");
    [...element.children].forEach((child, i) => look(child, `${path} > ${child.tagName.toLowerCase()}[${i}]`));
  };
  [...top.children].forEach((child, i) => look(child, `${child.tagName.toLowerCase()}[${i}]`));
  return looks;
}"""


async def looks_of_page(page: Page) -> Looks:
    """Where every element of the page's body is, and its whole computed style."""
    looks: Looks = await page.evaluate(_LOOKS, ["page", ""])
    return looks


async def looks_of_chat(page: Page) -> Looks:
    """The same of the chat's elements, but for the times of day."""
    looks: Looks = await page.evaluate(_LOOKS, ["#chatref", "time"])
    return looks


async def add_css(page: Page, css: str) -> None:
    """Rules of the page's own, in a way that no Content Security Policy forbids."""
    add = "css => { const s = new CSSStyleSheet(); s.replaceSync(css); document.adoptedStyleSheets.push(s); }"
    await page.evaluate(add, css)


def differences(one: Looks, other: Looks) -> list[str]:
    """Which elements look different, and in what."""
    found = [f"{path} is in one only" for path in one.keys() ^ other.keys()]
    for path in one.keys() & other.keys():
        changed = set(one[path].split("; ")) ^ set(other[path].split("; "))
        if changed:
            found.append(f"{path}: {sorted(changed)}")
    return found


@asynccontextmanager
async def other_origin(html: str, **headers: str) -> AsyncIterator[str]:
    """A page on a server that is not Chatref's; answers with its address."""
    body = html.encode()
    sent = {"Content-Type": "text/html; charset=utf-8", "Content-Length": str(len(body)), "Connection": "close"}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in (sent | headers).items()]
    answer = "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + body

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, LOOPBACK, 0)
    async with server:
        yield f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}/"
