/** Who was told that somebody waits, over what, and what became of it. Whatever failed never counts as told. */

import type { Person } from "../api/wire";
import { firstName } from "./names";
import type { Naming } from "./sentences";

/** An alert of the log or of the ledger. */
export interface Telling {
  step?: number;
  audience?: string;
  agent?: string;
  agent_name?: string;
  channel?: string;
  outcome?: string;
  why?: string;
}

const CHANNELS: Record<string, string> = {
  inbox: "In the inbox",
  email: "By e-mail",
  push: "By browser push",
  command: "By the operator's command",
};
const OUTCOMES: Record<string, string> = {
  nobody_there: "nobody was there",
  failed: "failed",
  called_off: "called off, as nobody needed to be told any more",
};
const WEBHOOK = "webhook:";

/** On which channel an alert went out, and what became of it. */
export function outcomeOf({ channel = "", outcome = "", why }: Telling): string {
  const over = channel.startsWith(WEBHOOK)
    ? `By the webhook ${channel.slice(WEBHOOK.length)}`
    : (CHANNELS[channel] ?? channel);
  return `${over}, ${OUTCOMES[outcome] ?? outcome}${why ? `: ${why}` : ""}`;
}

/** One sentence. `team` is the responsible one's slug. */
export function toldSentence(alert: Telling, team: string | undefined, naming: Naming): string {
  const { audience, step = 0, channel = "inbox", outcome = "delivered" } = alert;
  const agent = { id: alert.agent ?? "", name: alert.agent_name ?? "" };
  const again = step > 0 ? " again" : "";
  const told = (many: boolean) => {
    if (outcome === "delivered") return many ? "were told" : "was told";
    return outcome === "called_off" ? "need not be told" : "could not be told";
  };
  switch (audience) {
    case "everybody":
      return `Everybody ${told(false)}${again}`;
    case "fallback":
      return `The fallback team ${told(false)}${again}`;
    case "supervisors":
      return `The supervisors ${told(true)}${again}`;
    case "agent":
      return channel === "inbox"
        ? `Offered to ${objectOf(agent, naming)}`
        : `${subjectOf(agent, naming)} ${told(isMe(agent, naming))}`;
    case "owner":
      return `${agent.name ? subjectOf(agent, naming) : "The owner"} ${told(isMe(agent, naming))}${again}`;
    case "visitor":
      return `The answer ${outcome === "delivered" ? "was" : "could not be"} mailed to the visitor`;
    default:
      return `${team ? naming.team(team) : "The team"} ${told(false)}${again}`;
  }
}

const isMe = (person: Person, naming: Naming) => person.id !== "" && person.id === naming.myId;

/** Somebody as the subject of a sentence, and as its object. */
export function subjectOf(person: Person | null, naming: Naming): string {
  if (!person) return "Somebody";
  return isMe(person, naming) ? "You" : firstName(person.name) || "Somebody";
}

export function objectOf(person: Person, naming: Naming): string {
  return isMe(person, naming) ? "you" : subjectOf(person, naming);
}
