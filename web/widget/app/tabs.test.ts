import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Tabs } from "./tabs";

/// One exclusive lock, as the browser's tabs share it.
class Lock {
  private readonly queue: (() => void)[] = [];
  private held = false;

  request(_name: string, { signal }: { signal: AbortSignal }, use: () => Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
      this.queue.push(() => {
        if (signal.aborted) return this.next();
        void use().then(() => {
          resolve();
          this.next();
        });
      });
      if (!this.held) this.next();
    });
  }

  private next(): void {
    const turn = this.queue.shift();
    this.held = turn !== undefined;
    turn?.();
  }
}

class Channel extends EventTarget {
  static all: Channel[] = [];
  constructor() {
    super();
    Channel.all.push(this);
  }
  postMessage(data: unknown): void {
    for (const other of Channel.all) if (other !== this) other.dispatchEvent(new MessageEvent("message", { data }));
  }
  close(): void {
    Channel.all = Channel.all.filter((other) => other !== this);
  }
}

describe("tabs", () => {
  let tabs: Tabs[];
  const running = new Set<string>();
  const heard: string[] = [];
  const open = (name: string): Tabs => {
    const tab = new Tabs({
      name: "chat",
      run: (signal) =>
        new Promise((resolve) => {
          running.add(name);
          signal.addEventListener("abort", () => {
            running.delete(name);
            resolve();
          });
        }),
      heard: (message) => heard.push(`${name} hears ${String(message)}`),
    });
    tabs.push(tab);
    return tab;
  };
  const look = (state: "visible" | "hidden"): void => {
    vi.spyOn(document, "visibilityState", "get").mockReturnValue(state);
    document.dispatchEvent(new Event("visibilitychange"));
  };

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal("BroadcastChannel", Channel);
    vi.stubGlobal("navigator", { locks: new Lock() });
    tabs = [];
    heard.length = 0;
  });
  afterEach(() => {
    for (const tab of tabs) tab.stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
  });

  it("stream each by itself while they are looked at", () => {
    open("one");
    open("two");
    expect([...running]).toEqual(["one", "two"]);
  });

  it("leave it to one of them when they are hidden, and to another when that one is closed", async () => {
    const one = open("one");
    open("two");
    look("hidden");
    await vi.advanceTimersByTimeAsync(1_000);
    expect([...running]).toEqual(["one"]);
    one.stop();
    await vi.advanceTimersByTimeAsync(0);
    expect([...running]).toEqual(["two"]);
  });

  it("stream again as soon as they are looked at", async () => {
    open("one");
    open("two");
    look("hidden");
    await vi.advanceTimersByTimeAsync(1_000);
    look("visible");
    expect([...running].sort()).toEqual(["one", "two"]);
  });

  it("tell each other what they hear", () => {
    const one = open("one");
    open("two");
    one.tell("an answer");
    expect(heard).toEqual(["two hears an answer"]);
  });

  it("all stream where the browser has no locks", async () => {
    vi.stubGlobal("navigator", {});
    open("one");
    open("two");
    look("hidden");
    await vi.advanceTimersByTimeAsync(1_000);
    expect(running.size).toBe(2);
  });
});
