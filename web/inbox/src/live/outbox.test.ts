import { describe, expect, test, vi } from "vitest";
import { Problem } from "../api/client";
import { anEvent } from "../test/builders";
import { Outbox, type Say } from "./outbox";

const AT = "2026-03-02T09:00:00.000Z";
const KEY = "outbox";

function memory(): Pick<Storage, "getItem" | "setItem"> {
  const kept = new Map<string, string>();
  return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) };
}

function open(say: Say, storage = memory()) {
  const outbox = new Outbox({ say, storage, storageKey: KEY, firstPauseMs: 1 });
  outbox.start();
  return outbox;
}

describe("the outbox", () => {
  test("keeps what is sent on the screen until its event is there", async () => {
    const say = vi.fn<Say>().mockResolvedValue({ seq: 4 });
    const outbox = open(say);
    const item = outbox.add("c", "message", "hello", AT);
    await vi.waitFor(() => expect(outbox.all()[0]?.status).toBe("sent"));
    expect(say).toHaveBeenCalledWith("c", "message", item.id, "hello");
    outbox.reconcile([anEvent(4, { id: item.id })]);
    expect(outbox.all()).toEqual([]);
  });

  test("tries again with the same id while the server is away", async () => {
    const say = vi
      .fn<Say>()
      .mockRejectedValueOnce(new Problem(0, "unreachable", ""))
      .mockRejectedValueOnce(new Problem(503, "engine_unavailable", ""))
      .mockResolvedValue({ seq: 1 });
    const outbox = open(say);
    outbox.add("c", "message", "hello", AT);
    await vi.waitFor(() => expect(outbox.all()[0]?.status).toBe("sent"));
    expect(new Set(say.mock.calls.map(([, , id]) => id)).size).toBe(1);
    expect(say).toHaveBeenCalledTimes(3);
  });

  test("says why something was refused, and sends it when asked again", async () => {
    const say = vi
      .fn<Say>()
      .mockRejectedValueOnce(new Problem(409, "not_owner", "Bo has this"))
      .mockResolvedValue({ seq: 1 });
    const outbox = open(say);
    const { id } = outbox.add("c", "message", "hello", AT);
    await vi.waitFor(() => expect(outbox.all()[0]).toMatchObject({ status: "refused", problem: "Bo has this" }));
    outbox.retry(id);
    await vi.waitFor(() => expect(outbox.all()[0]?.status).toBe("sent"));
    expect(say.mock.calls.map((call) => call[2])).toEqual([id, id]);
  });

  test("sends a conversation's words in their order, one at a time", async () => {
    const said: string[] = [];
    let free: () => void = () => undefined;
    const say: Say = async (_c, _k, _id, text) => {
      said.push(text);
      if (text === "first") await new Promise<void>((resolve) => (free = resolve));
      return { seq: said.length };
    };
    const outbox = open(say);
    outbox.add("c", "message", "first", AT);
    outbox.add("c", "message", "second", AT);
    outbox.add("other", "message", "elsewhere", AT);
    expect(said).toEqual(["first", "elsewhere"]);
    free();
    await vi.waitFor(() => expect(said).toEqual(["first", "elsewhere", "second"]));
  });

  test("goes on after a reload", async () => {
    const storage = memory();
    const before = open(() => new Promise(() => undefined), storage);
    const { id } = before.add("c", "note", "kept", AT);
    const say = vi.fn<Say>().mockResolvedValue({ seq: 1 });
    open(say, storage);
    expect(say).toHaveBeenCalledWith("c", "note", id, "kept");
  });

  test("forgets what was discarded", async () => {
    const outbox = open(() => Promise.reject(new Problem(409, "conversation_resolved", "")));
    const { id } = outbox.add("c", "message", "hello", AT);
    await vi.waitFor(() => expect(outbox.all()[0]?.status).toBe("refused"));
    outbox.discard(id);
    expect(outbox.all()).toEqual([]);
  });

  test("is not stopped by a storage that holds something else", () => {
    const storage = memory();
    storage.setItem(KEY, "{not json");
    expect(open(() => Promise.resolve({ seq: 1 }), storage).all()).toEqual([]);
  });
});
