import type { EventSourceMessage } from "eventsource-parser";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "./api";
import { follow } from "./stream";

const encoder = new TextEncoder();

interface Connection {
  write(text: string): void;
  end(): void;
}

function server(): { connections: Connection[]; connect: () => Promise<ReadableStream<Uint8Array>> } {
  const connections: Connection[] = [];
  const connect = (): Promise<ReadableStream<Uint8Array>> => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        connections.push({ write: (text) => controller.enqueue(encoder.encode(text)), end: () => controller.close() });
      },
    });
    return Promise.resolve(body);
  };
  return { connections, connect };
}

describe("the live stream", () => {
  let stop: AbortController;
  let messages: EventSourceMessage[];
  const start = (connect: () => Promise<ReadableStream<Uint8Array>>, onGone = vi.fn()): Promise<void> =>
    follow({ connect, onMessage: (message) => messages.push(message), onConnected: () => {}, onGone }, stop.signal);

  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    stop = new AbortController();
    messages = [];
  });
  afterEach(() => {
    stop.abort();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it("puts events together from pieces, in the middle of a character too", async () => {
    const { connections, connect } = server();
    void start(connect);
    await vi.advanceTimersByTimeAsync(0);
    connections[0]?.write(": beat\n\nevent: event\nid: 7\nda");
    connections[0]?.write('ta: {"text":"grün"}\n\n');
    await vi.advanceTimersByTimeAsync(0);
    expect(messages).toEqual([{ event: "event", id: "7", data: '{"text":"grün"}' }]);
  });

  it("connects again when the connection ends", async () => {
    const { connections, connect } = server();
    void start(connect);
    await vi.advanceTimersByTimeAsync(0);
    connections[0]?.end();
    await vi.advanceTimersByTimeAsync(1_500);
    expect(connections).toHaveLength(2);
  });

  it("gives up a connection that has been silent for 40 seconds", async () => {
    const { connections, connect } = server();
    void start(connect);
    await vi.advanceTimersByTimeAsync(30_000);
    connections[0]?.write(": beat\n\n");
    await vi.advanceTimersByTimeAsync(39_000);
    expect(connections).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(connections).toHaveLength(2);
  });

  it("waits longer after each failure, as Retry-After says at least", async () => {
    const connect = vi.fn<() => Promise<ReadableStream<Uint8Array>>>();
    connect.mockRejectedValueOnce(new Problem(503, "", 10_000)).mockRejectedValue(new Problem(0));
    void start(connect);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(connect).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(300);
    expect(connect).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(1_400);
    expect(connect).toHaveBeenCalledTimes(2);
    await vi.advanceTimersByTimeAsync(200);
    expect(connect).toHaveBeenCalledTimes(3);
  });

  it("stops and says so when the conversation is gone", async () => {
    const gone = vi.fn();
    const connect = vi.fn(() => Promise.reject(new Problem(401, "not_signed_in")));
    await start(connect, gone);
    expect(gone).toHaveBeenCalledOnce();
    expect(connect).toHaveBeenCalledOnce();
  });
});
