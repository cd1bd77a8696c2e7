import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { kept } from "../shared/storage";
import { type NewMessage, Problem } from "./api";
import { Outbox } from "./outbox";

const drawer = kept("test");

describe("the outbox", () => {
  let boxes: Outbox[] = [];
  const outbox = (send: (message: NewMessage) => Promise<void>): Outbox => {
    const box = new Outbox(drawer, send, () => {});
    boxes.push(box);
    return box;
  };

  beforeEach(() => {
    vi.useFakeTimers();
    localStorage.clear();
  });
  afterEach(() => {
    for (const box of boxes) box.stop();
    boxes = [];
    vi.useRealTimers();
  });

  it("sends in order and shows what is accepted until its event comes", async () => {
    const sent: string[] = [];
    const box = outbox(async ({ id }) => void sent.push(id));
    box.add({ id: "a", text: "one" });
    vi.advanceTimersByTime(1);
    box.add({ id: "b", text: "two" });
    await vi.advanceTimersByTimeAsync(10);
    expect(sent).toEqual(["a", "b"]);
    expect(box.all.map(({ state }) => state)).toEqual(["sent", "sent"]);
    expect(localStorage.length).toBe(0);
    box.confirm(["a", "b"]);
    expect(box.all).toEqual([]);
  });

  it("tries again with the same id until the server has it", async () => {
    const send = vi.fn<(message: NewMessage) => Promise<void>>();
    send.mockRejectedValueOnce(new Problem(0)).mockRejectedValueOnce(new Problem(503)).mockResolvedValue();
    const box = outbox(send);
    box.add({ id: "a", text: "one" });
    await vi.advanceTimersByTimeAsync(0);
    expect(box.all[0]?.state).toBe("waiting");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(send.mock.calls.map(([{ id }]) => id)).toEqual(["a", "a", "a"]);
    expect(box.all[0]?.state).toBe("sent");
  });

  it("waits as long as Retry-After says", async () => {
    const send = vi.fn<(message: NewMessage) => Promise<void>>();
    send.mockRejectedValueOnce(new Problem(503, "engine_unavailable", 20_000)).mockResolvedValue();
    outbox(send).add({ id: "a", text: "one" });
    await vi.advanceTimersByTimeAsync(19_000);
    expect(send).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it("tries at once when the browser is online again", async () => {
    const send = vi.fn<(message: NewMessage) => Promise<void>>();
    send.mockRejectedValueOnce(new Problem(503, "", 60_000)).mockResolvedValue();
    outbox(send).add({ id: "a", text: "one" });
    await vi.advanceTimersByTimeAsync(0);
    window.dispatchEvent(new Event("online"));
    await vi.advanceTimersByTimeAsync(0);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it("keeps what is unsent over a reload", async () => {
    const first = outbox(() => Promise.reject(new Problem(0)));
    first.add({ id: "a", text: "do not lose me", details: { account_id: "FF-1" } });
    await vi.advanceTimersByTimeAsync(0);
    first.stop();
    const send = vi.fn<(message: NewMessage) => Promise<void>>().mockResolvedValue();
    const second = outbox(send);
    expect(second.all[0]?.text).toBe("do not lose me");
    await second.drain();
    expect(send).toHaveBeenCalledWith({ id: "a", text: "do not lose me", details: { account_id: "FF-1" } });
  });

  it("keeps a refused message for the visitor to see and goes on with the next", async () => {
    const box = outbox(({ text }) =>
      text === "bad" ? Promise.reject(new Problem(422, "invalid")) : Promise.resolve(),
    );
    box.add({ id: "a", text: "bad" });
    vi.advanceTimersByTime(1);
    box.add({ id: "b", text: "good" });
    await vi.advanceTimersByTimeAsync(10);
    expect(box.all.map(({ id, state }) => [id, state])).toEqual([
      ["a", "refused"],
      ["b", "sent"],
    ]);
    box.discard("a");
    expect(box.all.map(({ id }) => id)).toEqual(["b"]);
  });

  it("shows what another tab has written, and that it was sent there", () => {
    const box = outbox(() => Promise.resolve());
    drawer.set("outbox:z", { id: "z", text: "from elsewhere", at: "2026-01-01T00:00:00Z", state: "sending" });
    box.follow("outbox:z");
    expect(box.all.map(({ id }) => id)).toEqual(["z"]);
    drawer.remove("outbox:z");
    box.follow("outbox:z");
    expect(box.all[0]?.state).toBe("sent");
  });

  it("sends again into a new conversation what the old one had not shown", async () => {
    const send = vi.fn<(message: NewMessage) => Promise<void>>().mockResolvedValue();
    const box = outbox(send);
    box.add({ id: "a", text: "one" });
    await vi.advanceTimersByTimeAsync(0);
    box.resend();
    await vi.advanceTimersByTimeAsync(0);
    expect(send).toHaveBeenCalledTimes(2);
  });

  it("works where the browser refuses storage", async () => {
    const refusing = vi.spyOn(Storage.prototype, "setItem").mockImplementation(() => {
      throw new DOMException("full", "QuotaExceededError");
    });
    const send = vi.fn<(message: NewMessage) => Promise<void>>().mockResolvedValue();
    outbox(send).add({ id: "a", text: "one" });
    await vi.advanceTimersByTimeAsync(0);
    expect(send).toHaveBeenCalledOnce();
    refusing.mockRestore();
  });
});
