import { describe, expect, test } from "vitest";
import { Problem } from "../../api/client";
import { NEW, faultsOf, refusalOf, withInserted } from "./draft";

const good = { shortcut: "refund-sent", title: "Sent", text: "Hi {{visitor.first_name}}", team: "" };

describe("a canned reply that is being written", () => {
  test("says what is missing, at the field", () => {
    expect(faultsOf(good)).toEqual({});
    expect(faultsOf(NEW)).toEqual({ title: "Give it a title.", text: "Write what it says." });
    expect(Object.keys(faultsOf({ ...good, shortcut: "Refund sent" }))).toEqual(["shortcut"]);
  });

  test("names the variable that there is not, and those that there are", () => {
    const { text } = faultsOf({ ...good, text: "{{visitor.age}}" });
    expect(text).toContain("no variable {{visitor.age}}");
    expect(text).toContain("{{visitor.first_name}}");
    expect(text).toContain("{{detail.<name>}}");
  });

  test("is told at its shortcut that another has it", () => {
    expect(refusalOf(new Problem(409, "exists", "Another canned reply has this shortcut."))).toEqual({
      shortcut: "Another canned reply has this shortcut.",
    });
    const errors = [{ loc: ["body", "team"], msg: "there is no team gone" }];
    expect(refusalOf(new Problem(422, "invalid", "", { errors }))).toEqual({ team: "There is no team gone." });
  });

  test("takes a variable where the caret is", () => {
    expect(withInserted("Hi , bye", "{{agent.name}}", 3, 3)).toEqual({ text: "Hi {{agent.name}}, bye", caret: 17 });
    expect(withInserted("Hi you", "x", 3, 6)).toEqual({ text: "Hi x", caret: 4 });
  });
});
