/** The ledger in sentences: why somebody waited, who was told, and how it ended. */

import type { Ending, LedgerHandoff, LedgerWait, Told, WaitStep } from "../api/waits";
import { firstName } from "./names";
import { type Naming, reasonOf } from "./sentences";
import { formatWait } from "./wait";

const CHANNELS: Record<string, string> = {
  inbox: "In the inbox",
  email: "By e-mail",
  push: "By browser push",
  command: "By the operator's command",
};
/** What became of an alert. */
const OUTCOMES: Record<string, string> = {
  nobody_there: "nobody was there",
  failed: "failed",
  called_off: "called off, as nobody needed to be told any more",
};
const WEBHOOK = "webhook:";

/** What the rule is called, and which version of it fired. */
export function ruleOf(handoff: LedgerHandoff, naming: Naming): string {
  if (handoff.reason === null) return `${personOf(handoff.by, naming)} stepped in`;
  const why = reasonOf({ reason: handoff.reason, action: handoff.action });
  return handoff.action_version > 0 ? `${why} · version ${handoff.action_version}` : why;
}

/** How far into the wait a step came: `0:42`. */
export function offsetOf(step: WaitStep, wait: LedgerWait): string {
  return formatWait(Math.max(0, Date.parse(step.at) - Date.parse(wait.since)));
}

export function stepSentence(step: WaitStep, before: WaitStep | undefined, wait: LedgerWait, naming: Naming): string {
  const team = step.team ? naming.team(step.team) : "the team";
  switch (step.kind) {
    case "began":
      return `Waits for ${step.owner ? objectOf(step.owner, naming) : team}`;
    case "alerted":
      return step.alert ? toldSentence(step.alert, step, naming) : "";
    case "taken":
      return step.by && step.owner && step.by.id !== step.owner.id
        ? `${personOf(step.by, naming)} gave this to ${objectOf(step.owner, naming)}`
        : `${personOf(step.owner, naming)} took over`;
    case "queued":
      return `${personOf(step.by, naming)} put this into the queue of ${team}`;
    case "overdue":
      return `${before?.owner ? personOf(before.owner, naming) : "The owner"} did not answer in time: back to ${team}`;
    case "left":
      return `${before?.owner ? personOf(before.owner, naming) : "The owner"} went away: back to ${team}`;
    case "told":
      return "The visitor was told how things stand";
    case "ended":
      return endSentence(wait.ending, wait.ended_by, naming);
  }
}

/** On which channel an alert went out, and what became of it. */
export function outcomeOf(alert: Told): string {
  const channel = alert.channel.startsWith(WEBHOOK)
    ? `By the webhook ${alert.channel.slice(WEBHOOK.length)}`
    : (CHANNELS[alert.channel] ?? alert.channel);
  const outcome = OUTCOMES[alert.outcome] ?? alert.outcome;
  return `${channel}, ${outcome}${alert.why ? `: ${alert.why}` : ""}`;
}

/** How an episode with people ended; empty while it lasts. */
export function handoffEnd(handoff: LedgerHandoff, naming: Naming): string {
  return handoff.ending ? endSentence(handoff.ending, handoff.ended_by, naming) : "";
}

function toldSentence(alert: Told, step: WaitStep, naming: Naming): string {
  const again = alert.step > 0 ? " again" : "";
  const delivered = alert.outcome === "delivered";
  const calledOff = alert.outcome === "called_off";
  const was = delivered ? "was told" : calledOff ? "need not be told" : "could not be told";
  const were = (person: Named) => (delivered && isMe(person, naming) ? "were told" : was);
  switch (alert.audience) {
    case "everybody":
      return `Everybody ${was}${again}`;
    case "fallback":
      return `The fallback team ${was}${again}`;
    case "supervisors":
      return `The supervisors ${delivered ? "were told" : was}${again}`;
    case "agent": {
      const agent = { id: alert.agent, name: alert.agent_name };
      return alert.channel === "inbox"
        ? `Offered to ${objectOf(agent, naming)}`
        : `${personOf(agent, naming)} ${were(agent)}`;
    }
    case "visitor":
      return `The answer ${delivered ? "was" : "could not be"} mailed to the visitor`;
    case "owner":
      return step.owner ? `${personOf(step.owner, naming)} ${were(step.owner)}${again}` : "";
    default:
      return `${step.team ? naming.team(step.team) : "The team"} ${was}${again}`;
  }
}

function endSentence(ending: Ending | null, by: { id: string; name: string } | null, naming: Naming): string {
  const who = personOf(by, naming);
  switch (ending) {
    case "answered":
      return `${who} answered`;
    case "returned_to_assistant":
      return `${who} returned this to the assistant`;
    case "resolved":
      return by ? `${who} resolved this` : "Closed quietly";
    default:
      return "";
  }
}

type Named = { id: string; name: string };

const isMe = (person: Named, naming: Naming) => person.id === naming.myId;

function personOf(person: Named | null, naming: Naming): string {
  if (!person) return "Somebody";
  return isMe(person, naming) ? "You" : firstName(person.name) || "Somebody";
}

function objectOf(person: Named, naming: Naming): string {
  return isMe(person, naming) ? "you" : personOf(person, naming);
}
