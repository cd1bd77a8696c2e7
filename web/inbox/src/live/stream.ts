/**
 * Server-sent events over `fetch`: resumed by `Last-Event-ID`, reconnected with growing pauses, and given up when nothing
 * is heard for a while, because a half-open socket never says that it is one.
 */

import { createParser, type EventSourceMessage } from "eventsource-parser";

export type StreamStatus = "connecting" | "live" | "down";

export interface StreamOptions {
  url: string;
  onMessage(message: EventSourceMessage): void;
  onStatus(status: StreamStatus): void;
  /** The server said something: the connection is alive at both ends. */
  onHeard?(): void;
  /** The session is over: no attempt can succeed until somebody signs in. */
  onSignedOut(): void;
  fetch?: typeof globalThis.fetch;
  firstPauseMs?: number;
  silenceMs?: number;
}

const LONGEST_PAUSE_MS = 10_000;
const FIRST_PAUSE_MS = 400;
/** "You stand here": an id without an event, which the parser keeps to itself. */
const LONE_ID = /(?:^|\n)id: ?([^\n\0]+)\n\n/u;
/** The server says something every 15 s. */
const SILENCE_MS = 40_000;

export class LiveStream {
  private lastEventId = "";
  private failures = 0;
  private stopped = false;
  private attempt: AbortController | null = null;
  private pause: { timer: ReturnType<typeof setTimeout>; resume: () => void } | null = null;

  constructor(private readonly options: StreamOptions) {}

  start(): void {
    globalThis.addEventListener?.("online", this.hurry);
    globalThis.addEventListener?.("offline", this.cut);
    void this.run();
  }

  stop(): void {
    this.stopped = true;
    globalThis.removeEventListener?.("online", this.hurry);
    globalThis.removeEventListener?.("offline", this.cut);
    this.attempt?.abort();
    this.hurry();
  }

  /** Ends a pause between two attempts at once. */
  hurry = (): void => {
    if (!this.pause) return;
    clearTimeout(this.pause.timer);
    this.pause.resume();
  };

  /** Without a network the connection is dead, but nobody says so: the one after it does not wait for that to show. */
  private readonly cut = (): void => this.attempt?.abort();

  private async run(): Promise<void> {
    while (!this.stopped) {
      this.options.onStatus("connecting");
      const signedOut = await this.connect();
      if (this.stopped) return;
      this.options.onStatus("down");
      if (signedOut) return this.options.onSignedOut();
      await this.rest();
    }
  }

  /** One connection, until it ends; true when the session is over. */
  private async connect(): Promise<boolean> {
    const attempt = new AbortController();
    this.attempt = attempt;
    let watchdog: ReturnType<typeof setTimeout> | undefined;
    const heard = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => attempt.abort(), this.options.silenceMs ?? SILENCE_MS);
    };
    heard();
    try {
      const headers: Record<string, string> = { Accept: "text/event-stream" };
      if (this.lastEventId) headers["Last-Event-ID"] = this.lastEventId;
      const response = await (this.options.fetch ?? fetch)(this.options.url, {
        headers,
        credentials: "same-origin",
        cache: "no-store",
        signal: attempt.signal,
      });
      if (response.status === 401) return true;
      if (!response.ok || !response.body) return false;
      this.failures = 0;
      this.options.onStatus("live");
      const parser = createParser({ onEvent: (message) => this.take(message) });
      const reader = response.body
        .pipeThrough(new TextDecoderStream() as TransformStream<Uint8Array, string>)
        .getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return false;
        heard();
        this.options.onHeard?.();
        this.lastEventId = LONE_ID.exec(value)?.[1] ?? this.lastEventId;
        parser.feed(value);
      }
    } catch {
      return false; // the connection broke; the next one resumes where this one ended
    } finally {
      clearTimeout(watchdog);
      attempt.abort();
    }
  }

  private take(message: EventSourceMessage): void {
    if (this.stopped) return;
    this.options.onMessage(message);
    if (message.id !== undefined) this.lastEventId = message.id;
  }

  private rest(): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE_MS, (this.options.firstPauseMs ?? FIRST_PAUSE_MS) * 2 ** this.failures++);
    const pauseMs = longest * (0.5 + Math.random() / 2); // not every inbox at the same moment after a restart
    return new Promise((resolve) => {
      const resume = () => {
        this.pause = null;
        resolve();
      };
      this.pause = { timer: setTimeout(resume, pauseMs), resume };
    });
  }
}
