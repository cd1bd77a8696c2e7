import { describe, expect, test } from "vitest";
import { mayOpen, settingsPageOf } from "./views";

describe("the pages beside the lists", () => {
  test("have their own addresses, with whatever stands behind", () => {
    expect(settingsPageOf("/reports")).toBe("reports");
    expect(settingsPageOf("/policies/billing")).toBe("policies");
    expect(settingsPageOf("/reportsx")).toBeNull();
    expect(settingsPageOf("/mine")).toBeNull();
  });

  test("are for admins, and reports for supervisors too", () => {
    expect(["admin", "supervisor", "agent"].map((role) => mayOpen("reports", role))).toEqual([true, true, false]);
    expect(["admin", "supervisor", "agent"].map((role) => mayOpen("policies", role))).toEqual([true, false, false]);
  });
});
