/** Canned replies as text: their variables filled in, and found by what is typed after a slash. */

import type { CannedReply } from "../api/canned-replies";
import type { Row } from "../api/wire";
import { firstName } from "./names";

export interface Variable {
  name: string;
  label: string;
  example: string;
}

/** Beside these there is one for each detail that an action asks for. The server knows the same. */
export const VARIABLES: readonly Variable[] = [
  { name: "visitor.first_name", label: "Visitor’s first name", example: "Mia" },
  { name: "visitor.name", label: "Visitor’s name", example: "Mia Sommer" },
  { name: "visitor.email", label: "Visitor’s e-mail", example: "mia@example.com" },
  { name: "agent.first_name", label: "Your first name", example: "Ada" },
  { name: "agent.name", label: "Your name", example: "Ada Palmer" },
];

const NAMES = new Set(VARIABLES.map(({ name }) => name));
const DETAIL = /^detail\.[a-z][a-z0-9_]{0,39}$/u;
const TOKEN = /\{\{([^{}]*)\}\}/gu;

export const tokenOf = (name: string) => `{{${name}}}`;

function isKnown(name: string): boolean {
  return NAMES.has(name) || DETAIL.test(name);
}

/** The first variable that there is not; null where all are known. */
export function unknownIn(text: string): string | null {
  for (const [, name = ""] of text.matchAll(TOKEN)) {
    if (!isKnown(name.trim())) return name.trim();
  }
  return null;
}

/** A variable's value; empty where there is none. */
export type ValueOf = (name: string) => string;

export interface Part {
  text: string;
  /** Whether it stands for a variable: with its value, or where that is missing, with its name in braces. */
  is: "words" | "value" | "gap";
}

export function partsOf(text: string, valueOf: ValueOf): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const found of text.matchAll(TOKEN)) {
    const name = (found[1] ?? "").trim();
    if (!isKnown(name)) continue;
    if (found.index > at) parts.push({ text: text.slice(at, found.index), is: "words" });
    const value = valueOf(name);
    parts.push(value ? { text: value, is: "value" } : { text: tokenOf(name), is: "gap" });
    at = found.index + found[0].length;
  }
  if (at < text.length) parts.push({ text: text.slice(at), is: "words" });
  return parts;
}

export function filledIn(text: string, valueOf: ValueOf): string {
  return partsOf(text, valueOf)
    .map((part) => part.text)
    .join("");
}

export interface Gap {
  from: number;
  to: number;
  /** With its braces. */
  token: string;
}

/** The variables that still wait for a value. */
export function gapsIn(text: string): Gap[] {
  return [...text.matchAll(TOKEN)]
    .filter(([, name = ""]) => isKnown(name.trim()))
    .map(({ 0: token, index }) => ({ from: index, to: index + token.length, token }));
}

/** The values in a conversation, for the agent who writes. A name that we made up for somebody is none. */
export function valuesIn(row: Row, agentName: string): ValueOf {
  const { name, email } = row.visitor;
  const details = new Map(row.details.map((detail) => [`detail.${detail.name}`, detail.value]));
  const values: Record<string, string> = {
    "visitor.name": name,
    "visitor.first_name": name && firstName(name),
    "visitor.email": email || (details.get("detail.email") ?? ""),
    "agent.name": agentName,
    "agent.first_name": firstName(agentName),
  };
  return (variable) => values[variable] ?? details.get(variable) ?? "";
}

export interface Slash {
  /** Where it stands: at the beginning of a line. */
  from: number;
  /** What is typed after it. */
  query: string;
}

/** The slash that is being written at the caret; null where there is none. What goes on like a path or a pause is none. */
export function slashAt(text: string, caret: number): Slash | null {
  const from = text.lastIndexOf("\n", caret - 1) + 1;
  const typed = text.slice(from, caret);
  return typed === "/" || /^\/[^\s/]/u.test(typed) ? { from, query: typed.slice(1) } : null;
}

const plain = (text: string) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/** Those that have every word of the query: whose shortcut begins with it first, then those of one's own teams. */
export function matching(replies: readonly CannedReply[], query: string, myTeams: readonly string[]): CannedReply[] {
  const typed = plain(query);
  const words = typed.split(/\s+/u).filter(Boolean);
  const rank = (reply: CannedReply) => [
    reply.shortcut.startsWith(typed.trim()) ? 0 : 1,
    reply.team === "" ? 1 : myTeams.includes(reply.team) ? 0 : 2,
    words.every((word) => plain(`${reply.shortcut} ${reply.title}`).includes(word)) ? 0 : 1,
  ];
  return replies
    .filter(({ shortcut, title, text }) => words.every((word) => plain(`${shortcut} ${title} ${text}`).includes(word)))
    .map((reply) => ({ reply, rank: rank(reply) }))
    .sort((a, b) => compare(a.rank, b.rank) || (a.reply.shortcut < b.reply.shortcut ? -1 : 1))
    .map(({ reply }) => reply);
}

function compare(a: readonly number[], b: readonly number[]): number {
  return a.map((value, index) => value - (b[index] ?? 0)).find((difference) => difference !== 0) ?? 0;
}
