/// The visitor's side of the conversation: one object that holds the session, the events, the outbox and the stream.

import type { Shell } from "../shared/shell";
import type { Drawer } from "../shared/storage";
import type { ChatEvent, Draft, Session } from "../shared/wire";
import { type NewMessage, Problem, VisitorApi } from "./api";
import { EventStore } from "./events";
import { newId } from "./ids";
import { Outbox, type Outgoing } from "./outbox";
import { follow } from "./stream";
import { Tabs } from "./tabs";
import { fromBusiness, type Standing, standing, unreadCount } from "./thread";
import { showInTitle } from "./title";

/// A typing signal stands for this long; the other side repeats it.
const TYPING_MS = 6_000;
const TYPING_EVERY_MS = 3_000;
/// The server repeats a draft every two seconds. One that it does not repeat has lost its writer.
const DRAFT_MS = 8_000;

const LONGEST_URL = 2_000;
const LONGEST_TITLE = 300;

const thisPage = (): { url: string; title: string } => ({
  url: location.href.slice(0, LONGEST_URL),
  title: document.title.slice(0, LONGEST_TITLE),
});

const timeZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

type Heard = { events: ChatEvent[] } | { typing: { kind: string; name: string } } | { draft: Draft };

export class Chat {
  readonly outbox: Outbox;
  /// False while the first events of a known conversation are on their way.
  loaded = true;
  connected = true;
  /// The agent who is writing now.
  typing: string | undefined;

  private readonly api: VisitorApi;
  private readonly drawer: Drawer;
  private readonly store = new EventStore();
  private readonly listeners = new Set<() => void>();
  private readonly stopped = new AbortController();
  private session: Session | undefined;
  private tabs: Tabs | undefined;
  private attentive = false;
  private postedSeen = 0;
  private lastTyping = 0;
  private typingEnds: ReturnType<typeof setTimeout> | undefined;
  private drafted: Draft | undefined;
  private draftEnds: ReturnType<typeof setTimeout> | undefined;
  private now: Standing = standing([]);

  constructor(private readonly shell: Shell) {
    this.api = new VisitorApi(shell.host);
    this.drawer = shell.kept;
    this.outbox = new Outbox(
      this.drawer,
      (message) => this.deliver(message),
      () => this.changed(),
      ({ id, text }) => shell.emitter.emit("message:sent", { id, text }),
    );
    const { signal } = this.stopped;
    window.addEventListener("storage", (event) => this.otherTabStored(event), { signal });
    document.addEventListener("visibilitychange", () => this.look(), { signal });
    const session = this.drawer.get<Session>("session");
    if (session) this.join(session);
    void this.outbox.drain();
  }

  get events(): readonly ChatEvent[] {
    return this.store.all;
  }

  get standing(): Standing {
    return this.now;
  }

  /// What the visitor wrote that has not come back as an event.
  get outgoing(): Outgoing[] {
    return this.outbox.all;
  }

  /// What the assistant has written so far, while it is still what the visitor waits for; empty otherwise.
  get draft(): string {
    const { drafted } = this;
    if (!drafted || drafted.answers_seq !== this.now.answering?.seq) return "";
    // What the visitor has just said is about to be answered with it.
    return this.outgoing.some(({ state }) => state === "sending" || state === "sent") ? "" : drafted.text;
  }

  get rated(): boolean {
    return this.drawer.get<number>("rated") === this.now.closedSeq;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  say(message: Omit<NewMessage, "id">): void {
    this.outbox.add({ id: newId(), ...message });
    // What is written next is news again.
    this.lastTyping = 0;
  }

  /// The visitor is writing: tell it, but not at each key.
  typed(): void {
    if (!this.session || Date.now() - this.lastTyping < TYPING_EVERY_MS) return;
    this.lastTyping = Date.now();
    this.api.typing(this.session).catch(() => {
      // Only a courtesy.
    });
  }

  async rate(score: number, comment: string): Promise<void> {
    if (!this.session) return;
    await this.api.rate(this.session, score, comment);
    this.drawer.set("rated", this.now.closedSeq);
    this.changed();
  }

  /// Whether the card is open.
  attend(open: boolean): void {
    this.attentive = open;
    this.look();
  }

  logout(): void {
    this.outbox.clear();
    this.leave();
  }

  destroy(): void {
    this.stopped.abort();
    this.outbox.stop();
    this.tabs?.stop();
    clearTimeout(this.draftEnds);
    this.listeners.clear();
    showInTitle(0);
  }

  private async deliver(message: NewMessage): Promise<void> {
    const session = this.session ?? (await this.begin());
    try {
      await this.api.post(session, message);
    } catch (error) {
      if (error instanceof Problem && error.gone) this.lost(session);
      throw error;
    }
  }

  /// The conversation is created with the first message, by one tab.
  private async begin(): Promise<Session> {
    const begin = async (): Promise<Session> => {
      const known = this.drawer.get<Session>("session");
      if (known) return known;
      const session = await this.introduce();
      this.drawer.set("session", session);
      this.shell.emitter.emit("conversation:started", { id: session.conversation_id });
      return session;
    };
    const locks = navigator.locks as LockManager | undefined;
    const session = locks ? await locks.request(`chatref:${this.shell.site}:begin`, begin) : await begin();
    if (!this.session) this.join(session);
    return session;
  }

  /// Begins with what the page says of the visitor. Where the server does not accept that (an identity token that has run out,
  /// say), the page hears of it, and the visitor is served all the same, as somebody unknown.
  private async introduce(): Promise<Session> {
    const { info, identityToken } = this.shell.visitor();
    const bare = { site: this.shell.site, page: thisPage(), time_zone: timeZone() };
    try {
      return await this.api.begin({
        ...bare,
        ...(Object.keys(info).length > 0 && { visitor: info }),
        ...(identityToken && { identity_token: identityToken }),
      });
    } catch (error) {
      if (!(error instanceof Problem) || (error.status !== 401 && error.status !== 422)) throw error;
      this.shell.emitter.emit("error", error);
      return this.api.begin(bare);
    }
  }

  private join(session: Session): void {
    this.session = session;
    this.loaded = false;
    this.postedSeen = 0;
    this.changed();
    this.api
      .events(session, 0)
      .then((events) => {
        if (session !== this.session) return;
        this.loaded = true;
        this.take(events, false);
      })
      .catch((error: unknown) => {
        if (error instanceof Problem && error.gone) this.lost(session);
      })
      .finally(() => {
        // Whatever was not to be had in one piece comes with the stream.
        if (session === this.session) this.listen(session);
      });
  }

  private listen(session: Session): void {
    this.tabs = new Tabs({
      name: `chatref:${session.conversation_id}`,
      run: (signal) =>
        follow(
          {
            connect: (connection) => this.api.stream(session, this.store.lastSeq, connection),
            onMessage: ({ event, data }) => {
              if (event === "event") this.hear({ events: [JSON.parse(data) as ChatEvent] }, true);
              else if (event === "typing") {
                this.hear({ typing: (JSON.parse(data) as { author: { kind: string; name: string } }).author }, true);
              } else if (event === "draft") this.hear({ draft: JSON.parse(data) as Draft }, true);
            },
            onConnected: (connected) => {
              this.connected = connected;
              if (connected) {
                this.loaded = true;
                this.outbox.wake();
              }
              this.changed();
            },
            onGone: () => this.lost(session),
          },
          signal,
        ),
      heard: (message) => this.hear(message as Heard, false),
    });
  }

  private hear(heard: Heard, first: boolean): void {
    if (first) this.tabs?.tell(heard);
    if ("events" in heard) this.take(heard.events, true);
    else if ("draft" in heard) this.setDraft(heard.draft);
    else if (heard.typing.kind === "agent") this.setTyping(heard.typing.name);
  }

  private setTyping(name: string | undefined): void {
    clearTimeout(this.typingEnds);
    if (name !== undefined) this.typingEnds = setTimeout(() => this.setTyping(undefined), TYPING_MS);
    if (name === this.typing) return;
    this.typing = name;
    this.changed();
  }

  /// An earlier answer that is called off says so late: by then the next one may be on its way.
  private setDraft(draft: Draft | undefined): void {
    if (draft && this.drafted && draft.answers_seq < this.drafted.answers_seq) return;
    clearTimeout(this.draftEnds);
    if (draft?.text) this.draftEnds = setTimeout(() => this.setDraft(undefined), DRAFT_MS);
    this.drafted = draft;
    this.changed();
  }

  private take(events: ChatEvent[], live: boolean): void {
    const fresh = this.store.take(events);
    this.now = standing(this.store.all);
    this.outbox.confirm(events.map(({ id }) => id));
    if (fresh.some(({ type, author }) => type === "message" && author.kind === "agent")) this.setTyping(undefined);
    this.look();
    if (!live) return;
    for (const event of fresh) this.announce(event);
  }

  private announce(event: ChatEvent): void {
    const { emitter } = this.shell;
    if (fromBusiness(event)) {
      emitter.emit("message:received", { id: event.id, text: event.text ?? "", author: event.author });
    } else if (event.type === "transition" && event.data?.to === "resolved" && this.session) {
      emitter.emit("conversation:ended", { id: this.session.conversation_id });
    }
  }

  /// Note what the visitor has before their eyes, and count what they have not.
  private look(): void {
    const last = this.store.lastSeq;
    const visible = document.visibilityState === "visible";
    if (this.attentive && visible && last > this.seenSeq) this.drawer.set("seen", last);
    if (this.session && this.seenSeq > this.postedSeen && this.attentive) {
      this.postedSeen = this.seenSeq;
      this.api.seen(this.session, this.seenSeq).catch(() => {
        // The next message seen says it too.
        this.postedSeen = 0;
      });
    }
    const unread = unreadCount(this.store.all, this.seenSeq);
    this.shell.setUnread(unread);
    showInTitle(visible ? 0 : unread);
    this.changed();
  }

  private get seenSeq(): number {
    return this.drawer.get<number>("seen") ?? 0;
  }

  private otherTabStored(event: StorageEvent): void {
    const key = this.drawer.ownKey(event);
    if (key === undefined) return;
    if (key === "seen") this.look();
    this.outbox.follow(key);
    if (key !== "session") return;
    const session = this.drawer.get<Session>("session");
    if (session?.conversation_id === this.session?.conversation_id) return;
    this.part();
    if (session) this.join(session);
  }

  /// The server does not know this conversation or its token any more: begin afresh with what is unsent, unless the page is
  /// there for this conversation only.
  private lost(session: Session): void {
    if (session !== this.session) return;
    this.leave();
    if (this.shell.gone) this.shell.gone();
    else this.outbox.resend();
  }

  private leave(): void {
    if (this.drawer.get<Session>("session")?.visitor_token === this.session?.visitor_token) {
      for (const key of ["session", "seen", "rated"]) this.drawer.remove(key);
    }
    this.part();
  }

  private part(): void {
    this.tabs?.stop();
    this.tabs = undefined;
    this.session = undefined;
    this.loaded = true;
    this.connected = true;
    this.store.clear();
    this.now = standing([]);
    this.setDraft(undefined);
    this.look();
  }

  private changed(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
