/** Web addresses in what somebody wrote. Text stays text: nothing here makes markup. */

export interface Piece {
  text: string;
  href?: string;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"]+/giu;
const CLOSING = /[.,;:!?'’”\]}*)]+$/u;

/** `text` in order, each address apart; the punctuation that ends a sentence is not part of an address. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const balanced = match[0].includes("(") && match[0].endsWith(")");
    const address = balanced ? match[0] : match[0].replace(CLOSING, "");
    const href = webAddress(address);
    if (!href) continue;
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: address, href });
    end = match.index + address.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}

/** The address if a click may go there; a visitor's page or an owner's source may claim to be anything. */
export function webAddress(address: string | undefined): string | null {
  if (!address) return null;
  try {
    const url = new URL(address, location.origin);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
