/// Who of a browser's tabs holds a stream. Browsers open only six connections to an HTTP/1.1 server, so one stream per tab would
/// soon leave none for sending. Every tab that is looked at has its own; of the hidden ones, one has, and tells the others.

export interface TabsUse {
  name: string;
  /// Streams until the signal ends.
  run(signal: AbortSignal): Promise<void>;
  /// Something that another tab has heard.
  heard(message: unknown): void;
}

/// Long enough for the browser to say whether this hidden tab may go on streaming.
const GRACE_MS = 500;

export class Tabs {
  private readonly channel: BroadcastChannel | undefined;
  private running: AbortController | undefined;
  private asking: AbortController | undefined;

  constructor(private readonly use: TabsUse) {
    if ("BroadcastChannel" in globalThis) this.channel = new BroadcastChannel(use.name);
    this.channel?.addEventListener("message", ({ data }) => use.heard(data));
    document.addEventListener("visibilitychange", this.look);
    this.look();
  }

  tell(message: unknown): void {
    this.channel?.postMessage(message);
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.look);
    this.asking?.abort();
    this.running?.abort();
    this.channel?.close();
  }

  private readonly look = (): void => {
    const locks = navigator.locks as LockManager | undefined;
    this.asking?.abort();
    this.asking = undefined;
    if (document.visibilityState === "visible" || !locks || !this.channel) return this.start();
    const asking = new AbortController();
    this.asking = asking;
    const tooLate = setTimeout(() => this.running?.abort(), GRACE_MS);
    locks
      .request(this.use.name, { signal: asking.signal }, async () => {
        clearTimeout(tooLate);
        this.start();
        // Held as long as this tab is hidden.
        await new Promise((resolve) => asking.signal.addEventListener("abort", resolve));
      })
      .catch(() => {
        // Looked at again before it was its turn.
        clearTimeout(tooLate);
      });
  };

  private start(): void {
    if (this.running && !this.running.signal.aborted) return;
    const running = new AbortController();
    this.running = running;
    void this.use.run(running.signal).finally(() => running.abort());
  }
}
