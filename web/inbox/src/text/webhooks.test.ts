import { describe, expect, test } from "vitest";
import { aDelivery, anAttempt, aWebhook } from "../test/builders";
import { lastNotice, standingOf, stopped, subjectOf, toldBy, took, webhookChoices } from "./webhooks";

const NOW = Date.parse("2026-03-02T09:00:00.000Z");
const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();
const refused = (number: number) => anAttempt({ number, outcome: "answered 500", status_code: 500 });

describe("where a delivery stands", () => {
  test.each([
    ["before the first attempt", aDelivery(), "Sending…"],
    [
      "waiting for the next",
      aDelivery({ attempts: [refused(1)], next_attempt_at: at(8) }),
      "Attempt 1 failed: answered 500. Next try in 8 s",
    ],
    [
      "waiting for longer",
      aDelivery({ attempts: [refused(1), refused(2)], next_attempt_at: at(301) }),
      "Attempt 2 failed: answered 500. Next try in 6 min",
    ],
    [
      "overdue",
      aDelivery({ attempts: [refused(1)], next_attempt_at: at(-3) }),
      "Attempt 1 failed: answered 500. Next try now",
    ],
    ["arrived at once", aDelivery({ status: "delivered", attempts: [anAttempt()] }), "Delivered"],
    [
      "arrived in the end",
      aDelivery({ status: "delivered", attempts: [refused(1), anAttempt({ number: 2 })] }),
      "Delivered at attempt 2",
    ],
    ["failed at once", aDelivery({ status: "failed", attempts: [refused(1)] }), "Failed: answered 500"],
    [
      "failed for good",
      aDelivery({ status: "failed", attempts: [refused(1), refused(2)] }),
      "Failed after 2 attempts: answered 500",
    ],
  ])("%s", (_, delivery, words) => expect(standingOf(delivery, false, NOW)).toBe(words));

  test("what was sent again says so, whatever it was before", () => {
    expect(standingOf(aDelivery({ status: "failed", attempts: [refused(1)] }), true, NOW)).toBe("Sending…");
  });
});

test("what a delivery tells of", () => {
  expect(subjectOf(aDelivery({ type: "webhook.test" }))).toBe("Test");
  expect(subjectOf(aDelivery({ action: "Refund" }))).toBe("Refund");
  expect(subjectOf(aDelivery())).toBe("Handover");
});

test("how long an attempt took", () => {
  expect([took(85), took(1240), took(20_000)]).toEqual(["85 ms", "1.2 s", "20.0 s"]);
});

test("how the newest notice fares", () => {
  expect(lastNotice(aWebhook(), NOW)).toBe("Nothing sent yet");
  const last = (status: "pending" | "delivered" | "failed") =>
    lastNotice(aWebhook({ last_delivery: { at: at(-240), status } }), NOW);
  expect([last("pending"), last("delivered"), last("failed")]).toEqual([
    "A notice is on its way",
    "Last notice delivered 4 min ago",
    "Last notice failed 4 min ago",
  ]);
});

test("why nothing is sent", () => {
  expect(stopped(aWebhook())).toBe("");
  expect(stopped(aWebhook({ enabled: false }))).toBe("Switched off: nothing is sent");
  expect(stopped(aWebhook({ enabled: false, stopped_because: "gone" }))).toContain("answered 410 (gone)");
});

test("an action chooses none or one by its name, and keeps what it has", () => {
  const webhooks = [
    aWebhook({ slug: "crm", name: "CRM" }),
    aWebhook({ slug: "old", name: "Old", enabled: false }),
    aWebhook({ slug: "ops", name: "Ops", format: "slack" }),
  ];
  expect(webhookChoices(webhooks, "crm")).toEqual([
    ["", "None"],
    ["crm", "CRM"],
    ["old", "Old (switched off)"],
  ]);
  expect(webhookChoices([], "")).toEqual([["", "None"]]);
  expect(webhookChoices([], "crm")).toEqual([
    ["", "None"],
    ["crm", "crm"],
  ]);
});

test("what tells a webhook", () => {
  expect(toldBy(aWebhook())).toBe("");
  const webhook = aWebhook({ used_by: ["Cancel subscription"], used_by_policies: ["default", "Billing"] });
  expect(toldBy(webhook)).toBe(
    "Told by Cancel subscription, the default service policy, the service policy of Billing",
  );
});
