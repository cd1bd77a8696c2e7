import { describe, expect, it } from "vitest";
import type { ChatEvent } from "../shared/wire";
import { EventStore } from "./events";

const event = (seq: number, id: string): ChatEvent => ({
  seq,
  id,
  type: "message",
  at: "2026-01-01T00:00:00Z",
  author: { kind: "visitor", name: "" },
  text: id,
});
const ids = (store: EventStore): string[] => store.all.map(({ id }) => id);

describe("the event store", () => {
  it("orders by seq, however the events come", () => {
    const store = new EventStore();
    store.take([event(3, "c"), event(1, "a")]);
    store.take([event(2, "b")]);
    expect(ids(store)).toEqual(["a", "b", "c"]);
    expect(store.lastSeq).toBe(3);
  });

  it("takes an event that it has, and says that it is not new", () => {
    const store = new EventStore();
    store.take([event(1, "a")]);
    expect(store.take([event(1, "a"), event(2, "b")]).map(({ id }) => id)).toEqual(["b"]);
    expect(ids(store)).toEqual(["a", "b"]);
  });

  it("gives up what a lost attempt had written when the same seq says something else", () => {
    const store = new EventStore();
    store.take([event(1, "a"), event(2, "lost"), event(3, "lost too")]);
    store.take([event(2, "b")]);
    expect(ids(store)).toEqual(["a", "b"]);
  });

  it("shows an event once when it comes back under another seq", () => {
    const store = new EventStore();
    store.take([event(1, "a"), event(2, "b")]);
    store.take([event(4, "b")]);
    expect(ids(store)).toEqual(["a", "b"]);
    expect(store.lastSeq).toBe(4);
  });
});
