import { expect, test } from "vitest";
import type { Policy } from "../../api/policies";
import { draftOf, faultsOf, policyOf, spansOf, usualHours } from "./draft";

const policy: Policy = {
  id: "default",
  version: 3,
  first_response: "PT5M",
  next_response: "PT90S",
  at_once: ["inbox", "push"],
  ladder: [
    { after: "PT1M", audience: "team", channels: ["inbox", "email"], say: "" },
    { after: "PT1H", audience: "supervisors", channels: ["inbox", "webhook:ops"], say: "Still on it." },
  ],
  repeat_every: "PT10M",
  repeat_at_most: "PT1H",
  owner_answers_within: "PT2M",
  owner_grace: "PT3M",
  fallback_team: "",
  office_hours: {
    time_zone: "Europe/Berlin",
    shifts: [
      { day: "monday", opens: "09:00", closes: "12:00" },
      { day: "monday", opens: "13:00", closes: "24:00" },
    ],
    holidays: [
      { on: "2026-12-25", name: "Christmas", hours: [] },
      { on: "2026-12-24", name: "", hours: [{ opens: "09:00", closes: "12:00" }] },
    ],
  },
  closed_text: "Back {opens}.",
  nobody_text: "Nobody here.",
};

test("a policy comes back as it was, its durations in seconds", () => {
  const draft = draftOf(policy);
  expect(draft.minutes).toMatchObject({ first_response: "5", next_response: "1.5", repeat_at_most: "60" });
  expect(draft.hours?.days.monday).toBe("09:00-12:00, 13:00-24:00");
  expect(faultsOf(draft)).toEqual({});
  const again = policyOf(draft, policy);
  expect(again.office_hours).toEqual(policy.office_hours);
  expect(again.ladder.map((step) => step.after)).toEqual([60, 3600]);
  expect(draftOf(again)).toEqual(draft);
});

test("what the page does not show is kept", () => {
  const known = { ...policy, turns_at_most: 7 };
  expect(policyOf(draftOf(known), known)).toMatchObject({ turns_at_most: 7, version: 3 });
});

test.each([
  ["", []],
  ["09:00-17:00", [{ opens: "09:00", closes: "17:00" }]],
  [
    "09:00 – 12:00,13:00-17:00",
    [
      { opens: "09:00", closes: "12:00" },
      { opens: "13:00", closes: "17:00" },
    ],
  ],
  ["17:00-09:00", null],
  ["nine to five", null],
  ["09:00-17:00,", null],
])("hours are read from a line: %j", (line, spans) => {
  expect(spansOf(line)).toEqual(spans);
});

test("faults say where they are", () => {
  const draft = draftOf(policy);
  const hours = usualHours("UTC");
  expect(faultsOf({ ...draft, minutes: { ...draft.minutes, next_response: "0" } })).toHaveProperty("next_response");
  expect(faultsOf({ ...draft, ladder: [...draft.ladder].reverse() })).toHaveProperty(["ladder.1"]);
  expect(faultsOf({ ...draft, hours: { ...hours, holidays: ["Christmas"] } })).toHaveProperty("holidays");
  expect(faultsOf({ ...draft, hours: { ...hours, days: { ...hours.days, friday: "9-5" } } })).toHaveProperty("friday");
  const never = Object.fromEntries(Object.keys(hours.days).map((day) => [day, ""])) as typeof hours.days;
  expect(faultsOf({ ...draft, hours: { ...hours, days: never } })).toHaveProperty("monday");
});
