/// Text as text: never markup. Web addresses become links.

import type { ComponentChild } from "preact";

const ADDRESS = /\bhttps?:\/\/[^\s<>"]+/gi;

/// `text` with every address in it apart; the punctuation that ends a sentence is not part of an address.
export function pieces(text: string): { text: string; href?: string }[] {
  const found: { text: string; href?: string }[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    const href = safeAddress(address);
    if (!href) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

/// The absolute form of an http(s) address; undefined for anything else, `javascript:` above all.
export function safeAddress(address: string, base?: string): string | undefined {
  try {
    const url = new URL(address, base);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : undefined;
  } catch {
    return undefined;
  }
}

function trimmed(address: string): string {
  let end = address.length;
  for (;;) {
    const last = address[end - 1] ?? "";
    const unopened = last === ")" && !address.slice(0, end - 1).includes("(");
    if (!unopened && !/[.,;:!?'’”\]}*]/.test(last)) return address.slice(0, end);
    end -= 1;
  }
}

export function Text({ text }: { text: string }): ComponentChild {
  return pieces(text).map((piece) =>
    piece.href ? (
      <a href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
        {piece.text}
      </a>
    ) : (
      piece.text
    ),
  );
}
