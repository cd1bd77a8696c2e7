import { expect, test } from "vitest";
import { evidenceBeside } from "./summary";

const handoff = (evidence: string, ...wants: string[]) => ({ evidence, summary: { wants, tried: [], details: [] } });

test("the words that caused a handoff are shown beside what the visitor wants", () => {
  expect(evidenceBeside(handoff("a person please", "where is my box?"))).toBe("a person please");
});

test("but not a second time", () => {
  expect(evidenceBeside(handoff("Cancel  my plan", "Hi, cancel my plan. I am moving."))).toBe("");
});
