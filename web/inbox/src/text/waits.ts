/** The ledger in sentences: why somebody waited, who was told, and how it ended. */

import type { Ending, LedgerHandoff, LedgerWait, WaitStep } from "../api/waits";
import { objectOf, subjectOf, toldSentence } from "./alerts";
import { type Naming, quoted, reasonOf } from "./sentences";
import { formatWait } from "./wait";

/** When the team is back tends to stand at the end. */
const LONGEST_TOLD = 400;

/** What the rule is called, and which version of it fired. */
export function ruleOf(handoff: LedgerHandoff, naming: Naming): string {
  if (handoff.reason === null) return `${subjectOf(handoff.by, naming)} stepped in`;
  const why = reasonOf({ reason: handoff.reason, action: handoff.action });
  return handoff.action_version > 0 ? `${why} · version ${handoff.action_version}` : why;
}

/** How far into the wait a step came: `0:42`. */
export function offsetOf(step: WaitStep, wait: LedgerWait): string {
  return formatWait(Math.max(0, Date.parse(step.at) - Date.parse(wait.since)));
}

/** `text` is what was said at this step, as far as it is known. */
export function stepSentence(
  step: WaitStep,
  before: WaitStep | undefined,
  wait: LedgerWait,
  naming: Naming,
  text = "",
): string {
  const team = step.team ? naming.team(step.team) : "the team";
  switch (step.kind) {
    case "began":
      return `Waits for ${step.owner ? objectOf(step.owner, naming) : team}`;
    case "alerted":
      return step.alert ? toldSentence(step.alert, step.team, naming) : "";
    case "taken":
      return step.by && step.owner && step.by.id !== step.owner.id
        ? `${subjectOf(step.by, naming)} gave this to ${objectOf(step.owner, naming)}`
        : `${subjectOf(step.owner, naming)} took over`;
    case "queued":
      return `${subjectOf(step.by, naming)} put this into the queue of ${team}`;
    case "overdue":
      return `${before?.owner ? subjectOf(before.owner, naming) : "The owner"} did not answer in time: back to ${team}`;
    case "left":
      return `${before?.owner ? subjectOf(before.owner, naming) : "The owner"} went away: back to ${team}`;
    case "told":
      return text ? `The visitor was told: ${quoted(text, LONGEST_TOLD)}` : "The visitor was told how things stand";
    case "ended":
      return endSentence(wait.ending, wait.ended_by, naming);
  }
}

/** How an episode with people ended; empty while it lasts. */
export function handoffEnd(handoff: LedgerHandoff, naming: Naming): string {
  return handoff.ending ? endSentence(handoff.ending, handoff.ended_by, naming) : "";
}

function endSentence(ending: Ending | null, by: { id: string; name: string } | null, naming: Naming): string {
  const who = subjectOf(by, naming);
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
