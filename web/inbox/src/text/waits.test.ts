import { expect, test } from "vitest";
import type { LedgerHandoff, LedgerWait, WaitStep } from "../api/waits";
import type { Audience } from "../api/wire";
import { outcomeOf } from "./alerts";
import { handoffEnd, offsetOf, ruleOf, stepSentence } from "./waits";

const naming = { team: (slug: string) => ({ billing: "Billing" })[slug] ?? slug, myId: "me" };
const ada = { id: "ada", name: "Ada Lovelace" };
const me = { id: "me", name: "Bo Nilsen" };

const handoff: LedgerHandoff = {
  number: 1,
  began_at: "2026-03-02T09:00:00Z",
  reason: "action",
  team: "billing",
  by: null,
  action: "Cancel subscription",
  action_id: "cancel",
  action_version: 3,
  evidence: "stop my plan",
  message_id: "m-1",
  ended_at: null,
  ending: null,
  ended_by: null,
};

const wait: LedgerWait = {
  since: "2026-03-02T09:00:00Z",
  handoff: 1,
  deadline: null,
  taken_by: null,
  taken_at: null,
  ended_at: "2026-03-02T09:02:05Z",
  ending: "answered",
  ended_by: ada,
  steps: [],
};

function step(part: Partial<WaitStep>): WaitStep {
  return {
    seq: 1,
    at: "2026-03-02T09:01:00Z",
    kind: "began",
    team: "billing",
    owner: null,
    deadline: null,
    by: null,
    alert: null,
    ...part,
  };
}

function told(audience: Audience, times: number, outcome = "delivered", channel = "inbox", why = "") {
  return { step: times, audience, agent: ada.id, agent_name: ada.name, channel, outcome, why };
}

test.each<[WaitStep, string]>([
  [step({}), "Waits for Billing"],
  [step({ owner: ada }), "Waits for Ada"],
  [step({ kind: "alerted", alert: told("team", 0) }), "Billing was told"],
  [step({ kind: "alerted", alert: told("everybody", 2) }), "Everybody was told again"],
  [step({ kind: "alerted", alert: told("team", 0, "nobody_there") }), "Nobody of Billing was there to be told"],
  [step({ kind: "alerted", alert: told("supervisors", 0, "called_off") }), "The supervisors need not be told"],
  [step({ kind: "alerted", alert: told("visitor", 0, "failed") }), "The answer could not be mailed to the visitor"],
  [step({ kind: "alerted", alert: told("fallback", 2) }), "The fallback team was told again"],
  [step({ kind: "alerted", alert: told("supervisors", 3, "failed") }), "The supervisors could not be told"],
  [step({ kind: "alerted", alert: told("agent", 0) }), "Offered to Ada"],
  [step({ kind: "alerted", alert: told("agent", 0, "failed", "push") }), "Ada could not be told"],
  [step({ kind: "left" }), "Ada went away: back to Billing"],
  [step({ kind: "told" }), "The visitor was told how things stand"],
  [
    step({ kind: "alerted", owner: me, alert: { ...told("owner", 1), agent: me.id, agent_name: me.name } }),
    "You were told again",
  ],
  [step({ kind: "taken", owner: ada, by: ada }), "Ada took over"],
  [step({ kind: "taken", owner: me, by: ada }), "Ada gave this to you"],
  [step({ kind: "queued", by: me }), "You put this into the queue of Billing"],
  [step({ kind: "overdue" }), "Ada did not answer in time: back to Billing"],
  [step({ kind: "ended" }), "Ada answered"],
])("step %#", (each, sentence) => {
  expect(stepSentence(each, step({ owner: ada }), wait, naming)).toBe(sentence);
});

test("what the visitor was told is quoted", () => {
  expect(stepSentence(step({ kind: "told" }), undefined, wait, naming, "We are back\nMonday.")).toBe(
    "The visitor was told: “We are back Monday.”",
  );
});

test("a rule is named with its version, and stepping in as what it is", () => {
  expect(ruleOf(handoff, naming)).toBe("Cancel subscription · version 3");
  expect(ruleOf({ ...handoff, reason: "no_answer", action: "", action_version: 0 }, naming)).toBe("No answer found");
  expect(ruleOf({ ...handoff, reason: null, by: me }, naming)).toBe("You stepped in");
});

test("an alert says its channel and what became of it", () => {
  expect(outcomeOf(told("team", 0))).toBe("In the inbox, delivered");
  expect(outcomeOf(told("team", 0, "nobody_there"))).toBe("In the inbox, nobody was there");
  expect(outcomeOf(told("team", 1, "failed", "webhook:ops", "answered 500"))).toBe(
    "By the webhook ops, failed: answered 500",
  );
  expect(outcomeOf({ ...told("team", 0), channel: "pigeon", outcome: "lost" })).toBe("pigeon, lost");
});

test("an end is told once there is one", () => {
  expect(handoffEnd(handoff, naming)).toBe("");
  expect(handoffEnd({ ...handoff, ending: "resolved", ended_by: ada }, naming)).toBe("Ada resolved this");
  expect(handoffEnd({ ...handoff, ending: "returned_to_assistant", ended_by: me }, naming)).toBe(
    "You returned this to the assistant",
  );
});

test("steps count from when the visitor began to wait", () => {
  expect(offsetOf(step({}), wait)).toBe("1:00");
});
