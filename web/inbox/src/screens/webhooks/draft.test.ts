import { expect, test } from "vitest";
import type { WebhookBody } from "../../api/webhooks";
import { Problem } from "../../api/client";
import { faultsOf, NEW, refusalOf, slugOf } from "./draft";

const CRM: WebhookBody = {
  slug: "crm",
  name: "CRM",
  url: "https://crm.example.com/chatref",
  format: "standard",
  enabled: true,
};

test("each fault stands at its field", () => {
  expect(faultsOf(CRM)).toEqual({});
  expect(Object.keys(faultsOf(NEW))).toEqual(["name", "url"]);
  expect(Object.keys(faultsOf({ ...CRM, url: "crm.example.com" }))).toEqual(["url"]);
  expect(Object.keys(faultsOf({ ...CRM, slug: "Our CRM" }))).toEqual(["slug"]);
});

test("a short name follows from the name", () => {
  expect(slugOf("Our CRM (Zürich)")).toBe("our-crm-zurich");
  expect(slugOf("  ")).toBe("");
  expect(slugOf(`${"x".repeat(59)} y`)).toBe("x".repeat(59));
});

test("what the server refuses is said at its field", () => {
  const errors = [{ loc: ["body", "url"], msg: "Value error, must begin with https" }];
  expect(refusalOf(new Problem(422, "invalid", "Not valid.", { errors }))).toEqual({ url: "Must begin with https." });
  expect(refusalOf(new Problem(409, "exists", "Another webhook has this slug."))).toEqual({
    slug: "Another webhook has this slug.",
  });
  expect(refusalOf(new Problem(503, "database_unavailable", "The database is away."))).toEqual({
    "": "The database is away.",
  });
});
