import { describe, expect, test } from "vitest";
import { Problem } from "./client";
import { faultsFrom } from "./faults";

describe("what the server refuses", () => {
  const refused = (...errors: object[]) => new Problem(422, "invalid", "The request is not valid.", { errors });

  test("is said at its field", () => {
    const problem = refused(
      { loc: ["body", "fields", 0, "pattern"], msg: "Value error, is not a pattern" },
      { loc: ["body", "triggers", "examples", 3], msg: "String should have at most 500 characters" },
      { loc: ["body", "fields", 1, "choices", 0], msg: "too long" },
      { loc: ["body", "team"], msg: "there is no such team" },
    );
    expect(faultsFrom(problem)).toEqual({
      "fields.0.pattern": "Is not a pattern.",
      "triggers.examples": "String should have at most 500 characters.",
      "fields.1.choices": "Too long.",
      team: "There is no such team.",
    });
  });

  test("or on top where it belongs to none", () => {
    expect(faultsFrom(new Problem(503, "database_unavailable", "The database is away."))).toEqual({
      "": "The database is away.",
    });
  });
});
