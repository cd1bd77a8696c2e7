import { afterEach, describe, expect, test, vi } from "vitest";
import { LiveStream, type StreamStatus } from "./stream";

const encoder = new TextEncoder();

/** A server of the test's own: each connection gets the next of `answers`. */
function serve(answers: ((signal: AbortSignal) => Response)[]) {
  const asked: (string | null)[] = [];
  const fetch = (async (_: unknown, init?: RequestInit) => {
    asked.push(new Headers(init?.headers).get("Last-Event-ID"));
    const answer = answers.shift() ?? (() => holding(""));
    return answer(init!.signal!);
  }) as typeof globalThis.fetch;
  return { asked, fetch };
}

function ending(text: string): Response {
  return new Response(text);
}

/** Says `text` and then stays silent. */
function holding(text: string, signal?: AbortSignal): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(text));
      signal?.addEventListener("abort", () => controller.error(new DOMException("gone", "AbortError")));
    },
  });
  return new Response(body);
}

const streams: LiveStream[] = [];
afterEach(() => streams.splice(0).forEach((stream) => stream.stop()));

function listen(fetch: typeof globalThis.fetch, options: { silenceMs?: number } = {}) {
  const messages: { event?: string; data: string }[] = [];
  const statuses: StreamStatus[] = [];
  const onSignedOut = vi.fn();
  const stream = new LiveStream({
    url: "/stream",
    fetch,
    firstPauseMs: 1,
    onMessage: ({ event, data }) => messages.push({ event, data }),
    onStatus: (status) => statuses.push(status),
    onSignedOut,
    ...options,
  });
  streams.push(stream);
  stream.start();
  return { messages, statuses, onSignedOut, stream };
}

describe("the live stream", () => {
  test("hands over what comes, and resumes after what came last", async () => {
    const { asked, fetch } = serve([
      () => ending('retry: 1000\n\nid: 7\nevent: conversation\ndata: {"a":1}\n\n: beat\n\nevent: typing\ndata: {}\n\n'),
      () => holding("id: 8\nevent: alert\ndata: x\n\n"),
    ]);
    const { messages, statuses } = listen(fetch);
    await vi.waitFor(() => expect(messages).toHaveLength(3));
    expect(messages).toEqual([
      { event: "conversation", data: '{"a":1}' },
      { event: "typing", data: "{}" },
      { event: "alert", data: "x" },
    ]);
    expect(asked).toEqual([null, "7"]);
    expect(statuses).toEqual(["connecting", "live", "down", "connecting", "live"]);
  });

  test("remembers where it stands though nothing happened yet", async () => {
    const { asked, fetch } = serve([() => ending("retry: 1000\n\nid: 41\n\n")]);
    listen(fetch);
    await vi.waitFor(() => expect(asked).toEqual([null, "41"]));
  });

  test("comes back after errors of the server", async () => {
    const { asked, fetch } = serve([
      () => new Response("", { status: 503 }),
      () => {
        throw new TypeError("no network");
      },
    ]);
    const { statuses } = listen(fetch);
    await vi.waitFor(() => expect(statuses.at(-1)).toBe("live"));
    expect(asked).toHaveLength(3);
  });

  test("gives up a connection that says nothing any more", async () => {
    const { asked, fetch } = serve([(signal) => holding("id: 3\ndata: x\n\n", signal)]);
    listen(fetch, { silenceMs: 30 });
    await vi.waitFor(() => expect(asked.slice(0, 2)).toEqual([null, "3"]));
  });

  test("stops when the session is over", async () => {
    const { asked, fetch } = serve([() => new Response("", { status: 401 })]);
    const { onSignedOut } = listen(fetch);
    await vi.waitFor(() => expect(onSignedOut).toHaveBeenCalledOnce());
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked).toHaveLength(1);
  });

  test("is silent after it was stopped", async () => {
    const { asked, fetch } = serve([() => ending("data: x\n\n")]);
    const { stream } = listen(fetch);
    stream.stop();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked).toHaveLength(1);
  });
});
