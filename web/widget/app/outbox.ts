/// What the visitor has written and the server has not yet accepted. Kept in localStorage, one entry per message, so that tabs
/// do not overwrite each other's; sent in order, again and again with the same id, until the server has it or refuses it for good.

import type { Drawer } from "../shared/storage";
import { type NewMessage, Problem } from "./api";
import { backOff, rest } from "./pause";

export interface Outgoing extends NewMessage {
  at: string;
  /// `waiting` has failed at least once; `sent` is accepted, but its event has not come back yet.
  state: "sending" | "waiting" | "sent" | "refused";
  /// Why it is refused.
  status?: number;
}

const PREFIX = "outbox:";

export class Outbox {
  private readonly messages = new Map<string, Outgoing>();
  private readonly stopped = new AbortController();
  private awake = new AbortController();
  private draining = false;

  constructor(
    private readonly drawer: Drawer,
    private readonly send: (message: NewMessage) => Promise<void>,
    private readonly changed: () => void,
    private readonly accepted: (message: Outgoing) => void = () => {},
  ) {
    this.adopt();
  }

  /// Oldest first.
  get all(): Outgoing[] {
    return [...this.messages.values()].sort((one, other) => one.at.localeCompare(other.at));
  }

  add(message: NewMessage): void {
    this.keep({ ...message, at: new Date().toISOString(), state: "sending" });
    void this.drain();
  }

  /// Once more, at once.
  retry(id: string): void {
    const message = this.messages.get(id);
    if (message && message.state !== "sent") this.keep({ ...message, state: "sending" });
    this.wake();
    void this.drain();
  }

  /// The server is there again: no reason to pause any longer.
  wake(): void {
    this.awake.abort();
  }

  discard(id: string): void {
    this.messages.delete(id);
    this.drawer.remove(PREFIX + id);
    this.changed();
  }

  /// Its event has come: it is in the thread now.
  confirm(ids: Iterable<string>): void {
    let any = false;
    for (const id of ids) {
      if (this.messages.delete(id)) any = true;
      this.drawer.remove(PREFIX + id);
    }
    if (any) this.changed();
  }

  /// Another tab has put something in, or it is sent there.
  follow(key: string): void {
    if (!key.startsWith(PREFIX)) return;
    const id = key.slice(PREFIX.length);
    const known = this.messages.get(id);
    const stored = this.drawer.get<Outgoing>(key);
    if (stored && !known) this.messages.set(id, stored);
    else if (!stored && known) this.messages.set(id, { ...known, state: "sent" });
    this.changed();
  }

  /// The conversation is no more: what it had accepted but not shown goes to the next one, with the rest.
  resend(): void {
    for (const message of this.messages.values())
      if (message.state === "sent") this.keep({ ...message, state: "waiting" });
    void this.drain();
  }

  clear(): void {
    for (const id of [...this.messages.keys()]) this.discard(id);
  }

  stop(): void {
    this.stopped.abort();
    this.awake.abort();
  }

  /// Sends what is there. Returns when nothing is left to send, or when stopped.
  async drain(): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    let failures = 0;
    for (;;) {
      const message = this.all.find(({ state }) => state === "sending" || state === "waiting");
      if (!message || this.stopped.signal.aborted) break;
      try {
        const { id, text, action, details } = message;
        await this.send({ id, text, ...(action && { action }), ...(details && { details }) });
        failures = 0;
        this.drawer.remove(PREFIX + id);
        if (this.messages.has(id)) this.messages.set(id, { ...message, state: "sent" });
        this.accepted(message);
        this.changed();
      } catch (error) {
        const problem = error instanceof Problem ? error : new Problem(0);
        if (!problem.passing && !problem.gone) {
          this.keep({ ...message, state: "refused", status: problem.status });
          continue;
        }
        failures += 1;
        if (this.messages.has(message.id)) this.keep({ ...message, state: "waiting" });
        this.awake = new AbortController();
        await rest(backOff(failures, problem.retryAfterMs), this.awake.signal);
      }
    }
    this.draining = false;
  }

  private keep(message: Outgoing): void {
    this.messages.set(message.id, message);
    this.drawer.set(PREFIX + message.id, message);
    this.changed();
  }

  /// What an earlier page left behind.
  private adopt(): void {
    for (const key of this.drawer.keys(PREFIX)) {
      const message = this.drawer.get<Outgoing>(key);
      if (message)
        this.messages.set(message.id, { ...message, state: message.state === "refused" ? "refused" : "waiting" });
    }
  }
}
