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
  if (audience === "visitor")
    return `The answer ${outcome === "delivered" ? "was" : "could not be"} mailed to the visitor`;
  if (audience === "agent" && channel === "inbox") {
    return `Offered to ${objectOf(agent, naming)}${outcome === "nobody_there" ? ", who was not there" : ""}`;
  }
  if (channel === "inbox" && outcome === "nobody_there") return absentSentence(audience, agent, team, naming);
  const [who, many] = peopleOf(audience, agent, team, naming);
  if (outcome === "delivered") return `${who} ${many ? "were" : "was"} told${step > 0 ? " again" : ""}`;
  return `${who} ${outcome === "called_off" ? `need${many ? "" : "s"} not be told` : "could not be told"}`;
}

/** In the inbox, of those who were meant, nobody was there. */
function absentSentence(audience: string | undefined, agent: Person, team: string | undefined, naming: Naming): string {
  switch (audience) {
    case "everybody":
      return "Nobody was there to be told";
    case "supervisors":
      return "No supervisor was there to be told";
    case "owner":
      return `${peopleOf(audience, agent, team, naming)[0]} was not there to be told`;
    case "fallback":
      return "Nobody of the fallback team was there to be told";
    default:
      return `Nobody of ${team ? naming.team(team) : "the team"} was there to be told`;
  }
}

/** Who is meant, and whether they are many. */
function peopleOf(
  audience: string | undefined,
  agent: Person,
  team: string | undefined,
  naming: Naming,
): [string, boolean] {
  switch (audience) {
    case "everybody":
      return ["Everybody", false];
    case "fallback":
      return ["The fallback team", false];
    case "supervisors":
      return ["The supervisors", true];
    case "agent":
    case "owner":
      return [agent.name ? subjectOf(agent, naming) : "The owner", isMe(agent, naming)];
    default:
      return [team ? naming.team(team) : "The team", false];
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
