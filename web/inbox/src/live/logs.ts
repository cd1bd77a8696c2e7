/** The logs of the conversations that were opened, read on whenever a row says that there is more. */

import type { ConversationEvent } from "../api/wire";
import { EMPTY_LOG, type Log, readFrom, splice } from "./log";

export interface LogState {
  log: Log;
  /** `failed`: nothing could be read yet. */
  status: "loading" | "ready" | "failed";
}

export type ReadEvents = (
  conversationId: string,
  after: number,
) => Promise<{ events: ConversationEvent[]; last_seq: number }>;

const LOADING: LogState = { log: EMPTY_LOG, status: "loading" };

export class LogStore {
  private readonly states = new Map<string, LogState>();
  private readonly listeners = new Set<() => void>();
  /** Conversations being read; the value says whether they have to be read once more. */
  private readonly reading = new Map<string, boolean>();

  constructor(
    private readonly readEvents: ReadEvents,
    private readonly rowSeq: (conversationId: string) => number,
    private readonly onEvents: (events: readonly ConversationEvent[]) => void,
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  get(conversationId: string): LogState {
    return this.states.get(conversationId) ?? LOADING;
  }

  /** Reads on in those that were opened before. */
  touch(conversationId: string): void {
    if (this.states.has(conversationId)) void this.read(conversationId);
  }

  async read(conversationId: string): Promise<void> {
    if (this.reading.has(conversationId)) {
      this.reading.set(conversationId, true);
      return;
    }
    let again = true;
    while (again) {
      this.reading.set(conversationId, false);
      try {
        const { log } = this.get(conversationId);
        this.set(conversationId, { log: await this.readOn(conversationId, log), status: "ready" });
      } catch {
        // What was read stays; the stream's next sign of life, or the reader, tries again.
        const { log, status } = this.get(conversationId);
        this.set(conversationId, { log, status: status === "ready" ? "ready" : "failed" });
      }
      again = this.reading.get(conversationId) === true;
    }
    this.reading.delete(conversationId);
  }

  private async readOn(conversationId: string, log: Log): Promise<Log> {
    let after = readFrom(log, this.rowSeq(conversationId));
    for (;;) {
      const answer = await this.readEvents(conversationId, after);
      log = splice(log, after, answer.events);
      this.onEvents(answer.events);
      // A page may hold less than there is; the row knows how much that is.
      if (answer.events.length === 0 || log.lastSeq === this.rowSeq(conversationId)) return log;
      after = log.lastSeq;
    }
  }

  private set(conversationId: string, state: LogState): void {
    this.states.set(conversationId, state);
    for (const listener of this.listeners) listener();
  }
}
