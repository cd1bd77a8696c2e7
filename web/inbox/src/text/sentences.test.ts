import { expect, test } from "vitest";
import { anEvent, aTransition } from "../test/builders";
import { quoted, reasonOf, sentenceOf } from "./sentences";

const naming = { team: (slug: string) => ({ billing: "Billing" })[slug] ?? slug, myId: "me" };
const ada = { kind: "agent", name: "Ada Lovelace", id: "ada" } as const;
const me = { kind: "agent", name: "Bo Nilsen", id: "me" } as const;
const owner = { id: "ada", name: "Ada Lovelace" };

test.each([
  [
    aTransition(
      { event: "claim", owner, waited_seconds: 42, action: "Cancel subscription", evidence: "stop my plan" },
      { author: ada },
    ),
    "Ada took over after 0:42 · Cancel subscription, in the visitor's own words: “stop my plan”",
  ],
  [aTransition({ event: "claim", owner: { id: "me", name: "Bo Nilsen" } }, { author: me }), "You took over"],
  [
    aTransition({ event: "escalate", reason: "asked_for_person", evidence: "a person\nplease", team: "billing" }),
    "Flagged for Billing · Asked for a person, in the visitor's own words: “a person please”",
  ],
  [aTransition({ event: "assign", owner: { id: "me", name: "Bo Nilsen" } }, { author: ada }), "Ada passed this to you"],
  [aTransition({ event: "assign", owner }, { author: ada }), "Ada took this on"],
  [aTransition({ event: "transfer_to_team", team: "billing" }, { author: me }), "You passed this to Billing"],
  [aTransition({ event: "release_to_assistant" }, { author: me }), "You returned this to the assistant"],
  [aTransition({ event: "return_overdue", team: "billing" }), "Left unanswered · back in the queue of Billing"],
  [aTransition({ event: "decline", action: "Refund" }), "The visitor said no to “Refund” · the assistant goes on"],
  [aTransition({ event: "resolve" }, { author: ada }), "Ada resolved this"],
  [aTransition({ event: "something_new" }), ""],
  [anEvent(1, { type: "alert", data: { audience: "team", team: "billing", step: 0 } }), "Billing was told"],
  [
    anEvent(1, { type: "alert", data: { audience: "agent", agent: "x", agent_name: "Ada Lovelace" } }),
    "Offered to Ada",
  ],
  [anEvent(1, { type: "alert", data: { audience: "everybody", step: 2 } }), "Everybody was told again"],
  [
    anEvent(1, { type: "alert", data: { audience: "team", team: "billing", channel: "push", outcome: "failed" } }),
    "Billing could not be told",
  ],
  [
    anEvent(1, { type: "alert", data: { audience: "owner", agent: "x", agent_name: "Ada Lovelace", step: 1 } }),
    "Ada was told again",
  ],
  [anEvent(1, { type: "tags", data: { added: ["refund"], removed: [] } }), "Tagged refund"],
  [
    anEvent(1, { type: "tags", author: ada, data: { added: ["vip"], removed: ["a", "b"] } }),
    "Ada tagged vip and removed the tags a, b",
  ],
  [anEvent(1, { type: "rating", text: "Quick!", data: { score: 5 } }), "The visitor rated this 5 of 5: “Quick!”"],
  [anEvent(1, { type: "detail", data: { label: "Account ID", value: "" } }), "Account ID: not given"],
])("event %#", (event, sentence) => {
  expect(sentenceOf(event, naming)).toBe(sentence);
});

test("the reason is the action's name where one fired", () => {
  expect(reasonOf({ reason: "action", action: "Refund" })).toBe("Refund");
  expect(reasonOf({ reason: "no_answer", action: "" })).toBe("No answer found");
  expect(reasonOf({ reason: "of_tomorrow", action: "" })).toBe("Needs a person");
});

test("a long quote is cut", () => {
  expect(quoted("word ".repeat(60))).toHaveLength(142);
});
