import { describe, expect, test } from "vitest";
import type { Unsent } from "./outbox";
import { anEvent, aRow, aTransition } from "../test/builders";
import { EMPTY_LOG, splice } from "./log";
import { assistantIsWriting, detailLines, threadItems } from "./thread";
import { isForMe, titleOf } from "./alerts";

const log = (...events: ReturnType<typeof anEvent>[]) => splice(EMPTY_LOG, 0, events);
const unsent = (id: string): Unsent => ({
  id,
  conversationId: "c-1",
  kind: "message",
  text: "hi",
  at: "2026-03-02T09:00:00.000Z",
  status: "sending",
  problem: "",
});

describe("a thread", () => {
  test("names each day once", () => {
    const items = threadItems(log(anEvent(1), anEvent(2), anEvent(3, { at: "2026-03-09T09:00:00.000Z" })), []);
    expect(items.map((item) => item.kind)).toEqual(["day", "message", "message", "day", "message"]);
  });

  test("groups what the same voice says in one go", () => {
    const items = threadItems(
      log(
        anEvent(1),
        anEvent(2),
        anEvent(3, { author: { kind: "assistant", name: "" } }),
        anEvent(4, { at: "2026-03-02T09:20:00.000Z" }),
      ),
      [],
    );
    expect(items.filter((item) => item.kind === "message").map((item) => item.startsGroup)).toEqual([
      true,
      false,
      true,
      true,
    ]);
  });

  test("folds alerts that follow one another", () => {
    const alert = (seq: number) => anEvent(seq, { type: "alert", data: { audience: "team", step: seq } });
    const items = threadItems(log(anEvent(1), alert(2), alert(3), alert(4)), []);
    expect(items.at(-1)).toMatchObject({ kind: "happening", times: 3, event: { seq: 4 } });
    expect(items).toHaveLength(3);
  });

  test("keeps apart what was told to others, or came to something else", () => {
    const alert = (seq: number, data: object) => anEvent(seq, { type: "alert", data: { audience: "team", ...data } });
    const items = threadItems(
      log(alert(1, {}), alert(2, { audience: "agent", agent: "ada" }), alert(3, { outcome: "nobody_there" })),
      [],
    );
    expect(items.filter(({ kind }) => kind === "happening")).toHaveLength(3);
  });

  test("leaves to the ledger what became of an alert elsewhere, but not whether the answer was mailed", () => {
    const alert = (seq: number, data: object) => anEvent(seq, { type: "alert", data });
    const push = alert(2, { audience: "team", channel: "push", outcome: "failed" });
    const mail = alert(4, { audience: "visitor", channel: "email", outcome: "failed" });
    const items = threadItems(
      log(alert(1, { audience: "team", channel: "inbox" }), push, alert(3, { audience: "team" }), mail),
      [],
    );
    expect(items.filter(({ kind }) => kind === "happening")).toMatchObject([{ times: 2 }, { event: { seq: 4 } }]);
  });

  test("shows what is unsent at the end, until its event is there", () => {
    expect(threadItems(log(anEvent(1)), [unsent("mine")]).at(-1)).toMatchObject({ kind: "unsent", key: "mine" });
    expect(threadItems(log(anEvent(1, { id: "mine" })), [unsent("mine")]).some((item) => item.kind === "unsent")).toBe(
      false,
    );
  });
});

test("details show what was given, and what was asked for in vain", () => {
  const form = [
    { name: "account", label: "Account ID", type: "text", required: true },
    { name: "reason", label: "Reason", type: "text", required: false },
  ];
  const given = [{ name: "account", label: "Account ID", value: "AC-1", verified: true }];
  expect(detailLines(given, [anEvent(1, { data: { form } })])).toEqual([
    { name: "account", label: "Account ID", value: "AC-1", verified: true },
    { label: "Reason", value: "", verified: false },
  ]);
});

describe("the assistant is writing", () => {
  test("from the visitor's message until its own", () => {
    expect(assistantIsWriting(aRow(), log(anEvent(1)))).toBe(true);
    expect(assistantIsWriting(aRow(), log(anEvent(1), anEvent(2, { author: { kind: "assistant", name: "" } })))).toBe(
      false,
    );
  });

  test("never where a person has the conversation", () => {
    expect(assistantIsWriting(aRow({ state: "human_owned" }), log(anEvent(1)))).toBe(false);
    expect(assistantIsWriting(aRow(), log(anEvent(1), aTransition({ event: "escalate" }, { seq: 2 })))).toBe(false);
  });
});

test("an alert calls the team's members, everybody, or the owner", () => {
  const me = { id: "me", email: "", name: "Ada", role: "agent", available: true, teams: ["billing"] };
  const alert = (data: object) => anEvent(1, { type: "alert", data });
  expect(isForMe(alert({ audience: "team", team: "billing" }), me)).toBe(true);
  expect(isForMe(alert({ audience: "team", team: "support" }), me)).toBe(false);
  expect(isForMe(alert({ audience: "everybody", team: "support" }), me)).toBe(true);
  expect(isForMe(alert({ audience: "owner", agent: "me" }), me)).toBe(true);
  expect(isForMe(alert({ audience: "owner", agent: "bo" }), me)).toBe(false);
});

test("the title counts who waits", () => {
  expect(titleOf("Mine", 0, null)).toBe("Mine · Chatref");
  expect(titleOf("Mine", 2, null)).toBe("(2) Mine · Chatref");
  expect(titleOf("Mine", 120, "Quiet Otter")).toBe("(99+) Quiet Otter is waiting");
});
