/** Who somebody is at a glance: an anonymous visitor gets a name and a colour that stay the same everywhere. */

import type { Visitor } from "../api/wire";

// prettier-ignore
const MANNERS = [
  "Brave", "Bright", "Calm", "Cheerful", "Clever", "Cosy", "Curious", "Daring", "Dreamy", "Eager", "Early", "Fancy",
  "Gentle", "Happy", "Humble", "Jolly", "Keen", "Kind", "Lively", "Lucky", "Mellow", "Merry", "Mighty", "Nimble",
  "Patient", "Playful", "Polite", "Quick", "Quiet", "Sunny", "Swift", "Witty",
];
// prettier-ignore
const ANIMALS = [
  "Badger", "Beaver", "Bison", "Crane", "Dolphin", "Falcon", "Ferret", "Finch", "Gecko", "Hare", "Heron", "Ibex",
  "Jackdaw", "Koala", "Lemur", "Lynx", "Magpie", "Marten", "Moose", "Newt", "Ocelot", "Otter", "Owl", "Panda", "Puffin",
  "Quokka", "Robin", "Seal", "Sparrow", "Tapir", "Walrus", "Wombat",
];

/** FNV-1a with a final mix: spreads ids that differ in one digit only. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export function friendlyName(id: string): string {
  const hash = hashOf(id);
  return `${MANNERS[hash % MANNERS.length]} ${ANIMALS[(hash >>> 8) % ANIMALS.length]}`;
}

/** A hue in degrees from green to magenta: amber and red are kept for waiting. */
export function hueOf(id: string): number {
  return 130 + (hashOf(`hue ${id}`) % 200);
}

export function visitorName(visitor: Visitor): string {
  return visitor.name || visitor.email || friendlyName(visitor.id);
}

export function initials(name: string): string {
  const words = name.split(/[\s@.]+/u).filter(Boolean);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters.map((word) => [...(word ?? "?")][0]?.toLocaleUpperCase() ?? "").join("");
}

export function firstName(name: string): string {
  return name.trim().split(/\s+/u)[0] ?? name;
}
