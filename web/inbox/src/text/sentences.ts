/** What happened, in one short sentence: the hairlines of a thread, the chips of a row. */

import type { ConversationEvent, Handoff } from "../api/wire";
import { toldSentence } from "./alerts";
import { firstName } from "./names";
import { formatWait } from "./wait";

export interface Naming {
  /** What a team is called, by slug. */
  team(slug: string): string;
  /** Whose inbox this is. */
  myId: string;
}

const REASONS: Record<string, string> = {
  action: "Needs a person",
  asked_for_person: "Asked for a person",
  frustration: "Frustrated",
  no_answer: "No answer found",
  going_in_circles: "Going in circles",
  assistant_failed: "Assistant had trouble",
  too_many_turns: "A long chat",
  too_costly: "Cost limit reached",
  details_timed_out: "Details unfinished",
  owner_too_slow: "Left unanswered",
  owner_away: "Their agent went away",
  returned_to_queue: "Back in the queue",
  transferred: "Passed on",
};

/** The chip of a row: the action's name where one fired, else why a person is needed. */
export function reasonOf(handoff: Pick<Handoff, "reason" | "action">): string {
  return handoff.action || REASONS[handoff.reason] || "Needs a person";
}

export function quoted(words: string, longest = 140): string {
  const line = words.replace(/\s+/gu, " ").trim();
  return `“${line.length > longest ? `${line.slice(0, longest - 1).trimEnd()}…` : line}”`;
}

function because(event: ConversationEvent): string {
  const { action, reason, evidence } = event.data;
  const why = action || (reason ? REASONS[reason] : "");
  const words = evidence ? `the visitor's own words: ${quoted(evidence)}` : "";
  return [why, words].filter(Boolean).join(", in ");
}

/** One sentence about an event that is neither message nor note; empty for one that nobody needs to read. */
export function sentenceOf(event: ConversationEvent, naming: Naming): string {
  const { data } = event;
  const who = event.author.kind === "agent" ? nameOf(event.author, naming) : "";
  switch (event.type) {
    case "transition":
      return transition(event, who, naming);
    case "tags":
      return tags(data.added ?? [], data.removed ?? [], who);
    case "alert":
      return toldSentence(data, data.team, naming);
    case "rating":
      return `The visitor rated this ${data.score} of 5${event.text ? `: ${quoted(event.text)}` : ""}`;
    case "detail":
      return `${data.label || data.name}: ${data.value || "not given"}`;
    default:
      return "";
  }
}

function transition(event: ConversationEvent, who: string, naming: Naming): string {
  const { data } = event;
  const why = because(event);
  const also = why ? ` · ${why}` : "";
  const waited = data.waited_seconds == null ? "" : ` after ${formatWait(data.waited_seconds * 1000)}`;
  const owner = data.owner ? nameOf(data.owner, naming) : "";
  const team = data.team ? naming.team(data.team) : "";
  switch (data.event) {
    case "visitor_wrote":
      return "The visitor is back · reopened";
    case "start_action":
      return why ? `Recognised: ${why}` : "An action started";
    case "decline":
      return `The visitor said no${data.action ? ` to ${quoted(data.action)}` : ""} · the assistant goes on`;
    case "escalate":
      return `${team ? `Flagged for ${team}` : "Flagged for a person"}${also}`;
    case "claim":
      return `${owner || who} took over${waited}${also}`;
    case "assign":
      return who && owner !== who
        ? `${who} passed this to ${objectOf(owner)}`
        : `${owner || who} took this on${waited}`;
    case "release_to_assistant":
      return `${who || "Somebody"} returned this to the assistant`;
    case "release_to_queue":
      return `${who || "Somebody"} put this back in the queue${team ? ` of ${team}` : ""}`;
    case "transfer_to_team":
      return `${who || "Somebody"} passed this to ${team || "another team"}`;
    case "return_overdue":
      return `Left unanswered · back in the queue${team ? ` of ${team}` : ""}`;
    case "resolve":
      return `${who || "Somebody"} resolved this`;
    case "lapse":
      return "Closed quietly: nothing more was said";
    default:
      return "";
  }
}

function tags(added: string[], removed: string[], who: string): string {
  const parts = [
    added.length ? `tagged ${added.join(", ")}` : "",
    removed.length ? `removed ${removed.length === 1 ? "the tag" : "the tags"} ${removed.join(", ")}` : "",
  ].filter(Boolean);
  const sentence = `${who} ${parts.join(" and ")}`.trim();
  return sentence.charAt(0).toLocaleUpperCase() + sentence.slice(1);
}

function nameOf(person: { id?: string; name: string }, naming: Naming): string {
  return person.id && person.id === naming.myId ? "You" : firstName(person.name) || "Somebody";
}

/** "You" as the object of a sentence. */
function objectOf(name: string): string {
  return name === "You" ? "you" : name;
}
