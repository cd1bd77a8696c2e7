/// One conversation's live stream: Server-Sent Events through `fetch`, because the browser's EventSource sends no Authorization.

import { createParser, type EventSourceMessage } from "eventsource-parser";
import { Problem } from "./api";
import { backOff, rest } from "./pause";

/// The server sends a comment every 15 s. A connection that is silent for longer than two of them is dead, whatever TCP believes.
const SILENCE_MS = 40_000;

export interface StreamUse {
  connect(signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  onMessage(message: EventSourceMessage): void;
  onConnected(connected: boolean): void;
  /// The conversation is gone; nothing more comes.
  onGone(): void;
}

/// Follows until `signal` ends or the conversation is gone.
export async function follow(use: StreamUse, signal: AbortSignal): Promise<void> {
  for (let failures = 0; !signal.aborted;) {
    let askedForMs: number | undefined;
    try {
      await once(use, signal, () => {
        failures = 0;
        use.onConnected(true);
      });
    } catch (error) {
      if (error instanceof Problem) {
        if (error.gone) return use.onGone();
        askedForMs = error.retryAfterMs;
      }
    }
    if (signal.aborted) return;
    use.onConnected(false);
    failures += 1;
    await rest(backOff(failures, askedForMs), signal);
  }
}

async function once(use: StreamUse, signal: AbortSignal, connected: () => void): Promise<void> {
  const connection = new AbortController();
  const abort = (): void => connection.abort();
  signal.addEventListener("abort", abort);
  // Without a network the connection is dead, but nobody says so; the next one is not to wait for that to show.
  window.addEventListener("offline", abort);
  let watch = setTimeout(abort, SILENCE_MS);
  try {
    const body = await use.connect(connection.signal);
    connected();
    const reader = body.getReader();
    // A body that does not notice the abort must not keep us either.
    connection.signal.addEventListener("abort", () => void reader.cancel().catch(() => {}));
    const decoder = new TextDecoder();
    const parser = createParser({ onEvent: use.onMessage });
    for (;;) {
      const { done, value } = await reader.read();
      if (done || connection.signal.aborted) return;
      clearTimeout(watch);
      watch = setTimeout(abort, SILENCE_MS);
      parser.feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    clearTimeout(watch);
    signal.removeEventListener("abort", abort);
    window.removeEventListener("offline", abort);
    connection.abort();
  }
}
