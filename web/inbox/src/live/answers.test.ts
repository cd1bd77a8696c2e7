import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { ConversationEvent } from "../api/wire";
import { aRow, anEvent } from "../test/builders";
import { AnswerStore, draftShown } from "./answers";
import { EMPTY_LOG, splice } from "./log";

const draft = (answers_seq: number, text: string) => ({ conversation_id: "c", answers_seq, text });
const log = (...events: ConversationEvent[]) => splice(EMPTY_LOG, 0, events);
const message = (seq: number, kind: "visitor" | "assistant") => ({
  seq,
  author: { kind, name: "" },
  text: "",
  at: "2026-03-02T12:00:00Z",
});

describe("drafts", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  test("the latest text counts, and an earlier answer's farewell does not undo the next one", () => {
    const store = new AnswerStore();
    store.take(draft(1, "It"));
    store.take(draft(1, "It is"));
    expect(store.get("c")?.text).toBe("It is");
    store.take(draft(3, "Both"));
    store.take(draft(1, ""));
    expect(store.get("c")?.text).toBe("Both");
    expect(store.get("d")).toBe(null);
  });

  test("one that is not repeated fades", () => {
    const store = new AnswerStore();
    store.take(draft(1, "It"));
    vi.advanceTimersByTime(7000);
    store.take(draft(1, "It"));
    vi.advanceTimersByTime(7000);
    expect(store.get("c")?.text).toBe("It");
    vi.advanceTimersByTime(2000);
    expect(store.get("c")).toBe(null);
  });
});

describe("a draft is shown", () => {
  const asked = aRow({ last_message: message(1, "visitor") });

  test("while the assistant answers", () => {
    expect(draftShown(draft(1, "It is"), asked, log(anEvent(1)))).toBe("It is");
    expect(draftShown(null, asked, log(anEvent(1)))).toBe("");
  });

  test("until the log holds the answer, though the row knows it before", () => {
    const answered = aRow({ last_message: message(2, "assistant") });
    expect(draftShown(draft(1, "It is"), answered, log(anEvent(1)))).toBe("It is");
    const both = log(anEvent(1), anEvent(2, { author: { kind: "assistant", name: "" } }));
    expect(draftShown(draft(1, "It is"), answered, both)).toBe("");
  });

  test("never once a person has the conversation, or the visitor has asked something else", () => {
    const claimed = aRow({ state: "human_owned", last_message: message(1, "visitor") });
    expect(draftShown(draft(1, "It is"), claimed, log(anEvent(1)))).toBe("");
    const askedOn = aRow({ last_message: message(2, "visitor") });
    expect(draftShown(draft(1, "It is"), askedOn, log(anEvent(1)))).toBe("");
  });
});
