import { expect, test } from "vitest";
import type { MatchResult } from "../../api/actions";
import { fieldName, lack, sensitivities, summaryOf, valueWords, weighed } from "./wording";

const candidate = (action_id: string, score: number) => ({
  action_id,
  action: action_id,
  score,
  threshold: 0.5,
  evidence: "",
  why: "",
});

test("fields have names that people use", () => {
  expect(fieldName("triggers.counterexamples")).toBe("Counterexamples");
  expect(fieldName("webhook")).toBe("Webhook");
  expect(fieldName("fields.order.prompt")).toBe("Detail “order”, question");
});

test("values in words", () => {
  expect([null, "", [], true, ["a", "b"], 3].map(valueWords)).toEqual([
    "nothing",
    "nothing",
    "nothing",
    "yes",
    "a, b",
    "3",
  ]);
});

test("a change in a line", () => {
  const plain = { before: null, after: null, added: [], removed: [] };
  expect(
    summaryOf([
      { ...plain, field: "triggers.examples", added: ["a", "b"], removed: ["c"] },
      { ...plain, field: "priority" },
    ]),
  ).toBe("Examples +2 −1, Priority");
});

test("the one that starts comes first, and the others say what they lack", () => {
  const result: MatchResult = {
    ...candidate("refund", 0.9),
    threshold: 0.6,
    alternatives: [candidate("frustration", 0.8), { ...candidate("cancel", 0.6), threshold: 0.7 }],
  };
  const all = weighed(result);
  expect(all.map(({ id, starts }) => [id, starts])).toEqual([
    ["refund", true],
    ["frustration", false],
    ["cancel", false],
  ]);
  expect(all.map(lack)).toEqual(["60 was needed", "enough, but another one goes first", "70 is needed"]);
  expect(weighed({ ...result, action: null, action_id: null })).toHaveLength(2);
});

test("a sensitivity of a file's own stands among those that are offered", () => {
  expect(sensitivities(0.5)).toHaveLength(5);
  expect(sensitivities(0.42)[2]).toEqual(["0.42", "From 42 of 100 on"]);
});
