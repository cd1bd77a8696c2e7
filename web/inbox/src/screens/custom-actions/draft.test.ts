import { describe, expect, test } from "vitest";
import { entries, faultsOf, moved, nameOf, newAction, newDetail, sameAction } from "./draft";

const detail = (part: object) => ({ ...newDetail([]), name: "order", label: "Order", prompt: "Which?", ...part });

describe("what is wrong before the server is asked", () => {
  test("nothing with an action that has a name", () => {
    expect(faultsOf({ ...newAction(), name: "Gift card", fields: [detail({})] })).toEqual({});
  });

  test("each fault stands at its field", () => {
    const fields = [
      detail({ label: " " }),
      detail({ type: "choice", choices: ["one"] }),
      detail({ name: "Size", type: "pattern" }),
    ];
    expect(Object.keys(faultsOf({ ...newAction(), fields }))).toEqual([
      "name",
      "fields.0.label",
      "fields.1.name",
      "fields.1.choices",
      "fields.2.name",
      "fields.2.pattern",
    ]);
  });

  test("a line that is too long", () => {
    const action = { ...newAction(), name: "A" };
    action.triggers = { ...action.triggers, examples: ["fine", "x".repeat(501)] };
    expect(faultsOf(action)).toHaveProperty(["triggers.examples"]);
  });
});

test("a detail is named by its label, once", () => {
  expect(nameOf("Order number", [])).toBe("order_number");
  expect(nameOf("2. Téléphone!", [])).toBe("telephone");
  expect(nameOf("注文", [])).toBe("detail");
  expect(nameOf("Order", [detail({}), detail({ name: "order_2" })])).toBe("order_3");
});

test("lines and tags: no blank ones, none twice", () => {
  expect(entries(" a \n\nb\na", "\n")).toEqual(["a", "b"]);
  expect(entries("refund, ,vip , refund", ",")).toEqual(["refund", "vip"]);
});

test("moving keeps all", () => {
  expect(moved(["a", "b", "c"], 2, 0)).toEqual(["c", "a", "b"]);
  expect(moved(["a", "b", "c"], 0, 1)).toEqual(["b", "a", "c"]);
});

test("the same action whatever its version and the order of its keys", () => {
  const action = { ...newAction(), name: "A", fields: [detail({})] };
  const { name, ...rest } = action;
  expect(sameAction(action, { ...rest, version: 9, name })).toBe(true);
  expect(sameAction(action, { ...action, fields: [detail({ prompt: "What?" })] })).toBe(false);
  expect(sameAction(action, { ...action, tags: ["a"] })).toBe(false);
});
