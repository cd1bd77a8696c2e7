import { describe, expect, test } from "vitest";
import { aCannedReply, aRow } from "../test/builders";
import { filledIn, gapsIn, matching, partsOf, slashAt, unknownIn, valuesIn } from "./canned";

const mia = aRow({
  visitor: { id: "v-1", name: "Mia Sommer", email: "mia@example.com", attributes: {}, identified: true },
  details: [{ name: "account_id", label: "Account ID", value: "FF-20417", verified: false }],
});

describe("variables", () => {
  test("are filled in with what the conversation has", () => {
    const text = "Hi {{visitor.first_name}} ({{ visitor.name }}), {{detail.account_id}}: {{agent.first_name}}";
    expect(filledIn(text, valuesIn(mia, "Ada Palmer"))).toBe("Hi Mia (Mia Sommer), FF-20417: Ada");
  });

  test("without a value stay, for the agent to fill in", () => {
    const nobody = valuesIn(aRow(), "Ada Palmer");
    const text = filledIn("Hi {{ visitor.first_name }}, {{detail.reason}}?", nobody);
    expect(text).toBe("Hi {{visitor.first_name}}, {{detail.reason}}?");
    expect(gapsIn(text)).toEqual([
      { from: 3, to: 25, token: "{{visitor.first_name}}" },
      { from: 27, to: 44, token: "{{detail.reason}}" },
    ]);
    expect(gapsIn("Hi Mia")).toEqual([]);
  });

  test("do not call somebody what we made up, and know an address that was only left in the chat", () => {
    const left = { name: "email", label: "E-mail address", value: "left@example.com", verified: false };
    const valueOf = valuesIn(aRow({ details: [left] }), "Ada");
    expect(valueOf("visitor.name")).toBe("");
    expect(valueOf("visitor.email")).toBe("left@example.com");
  });

  test("that a visitor writes into their name are not filled in", () => {
    const sly = { id: "v-1", name: "{{visitor.email}}", email: "sly@example.com", attributes: {}, identified: false };
    expect(filledIn("Hi {{visitor.name}}", valuesIn(aRow({ visitor: sly }), "Ada"))).toBe("Hi {{visitor.email}}");
  });

  test("that there are not stand as words, and are named", () => {
    expect(partsOf("a {{b}} {c}", () => "x")).toEqual([{ text: "a {{b}} {c}", is: "words" }]);
    expect(unknownIn("{{agent.name}} {{ visitor.age }}")).toBe("visitor.age");
    expect(unknownIn("{{agent.name}} {{detail.account_id}}")).toBe(null);
    expect(unknownIn("{{detail.Account ID}}")).toBe("detail.Account ID");
    expect(gapsIn("{{b}}")).toEqual([]);
  });

  test("are told apart from the words around them", () => {
    expect(partsOf("Hi {{agent.name}}{{visitor.name}}!", (name) => (name === "agent.name" ? "Ada" : ""))).toEqual([
      { text: "Hi ", is: "words" },
      { text: "Ada", is: "value" },
      { text: "{{visitor.name}}", is: "gap" },
      { text: "!", is: "words" },
    ]);
  });
});

describe("a slash", () => {
  test.each([
    ["/", 1, { from: 0, query: "" }],
    ["/ref", 4, { from: 0, query: "ref" }],
    ["/ref", 2, { from: 0, query: "r" }],
    ["/refund sent", 12, { from: 0, query: "refund sent" }],
    ["Hello\n/ref", 10, { from: 6, query: "ref" }],
    ["/ref\nHello", 4, { from: 0, query: "ref" }],
    ["/ref", 0, null],
    ["/ref\nHello", 8, null],
    ["and/or", 6, null],
    [" /ref", 5, null],
    ["/ ref", 5, null],
    ["//ref", 5, null],
    ["", 0, null],
  ] as const)("of %j at %i is %j", (text, caret, slash) => {
    expect(slashAt(text, caret)).toEqual(slash);
  });
});

describe("canned replies", () => {
  const refund = aCannedReply("refund-sent", { title: "The refund is on its way", text: "Good news", team: "billing" });
  const hello = aCannedReply("hello", { title: "Grüß Gott", text: "I am here about your refund" });
  const photo = aCannedReply("photo", { title: "Ask for a photo", text: "Could you", team: "support" });
  const refused = aCannedReply("refused", { title: "No", text: "Sorry", team: "support" });
  const all = [hello, photo, refund, refused];
  const found = (query: string, ...teams: string[]) => matching(all, query, teams).map(({ shortcut }) => shortcut);

  test("of one's own teams come first, then those for everybody", () => {
    expect(found("", "support")).toEqual(["photo", "refused", "hello", "refund-sent"]);
    expect(found("", "billing")).toEqual(["refund-sent", "hello", "photo", "refused"]);
    expect(found("")).toEqual(["hello", "photo", "refund-sent", "refused"]);
  });

  test("are found by shortcut, title and text, whatever the case and the accents", () => {
    expect(found("PHO")).toEqual(["photo"]);
    expect(found("gruss")).toEqual([]);
    expect(found("gru")).toEqual(["hello"]);
    expect(found("on way")).toEqual(["refund-sent"]);
    expect(found("news refund")).toEqual(["refund-sent"]);
    expect(found("nothing like it")).toEqual([]);
  });

  test("whose shortcut it is come before those that only speak of it, also of one's own team", () => {
    expect(found("ref", "support")).toEqual(["refused", "refund-sent", "hello"]);
    expect(found("refund", "support")).toEqual(["refund-sent", "hello"]);
  });
});
