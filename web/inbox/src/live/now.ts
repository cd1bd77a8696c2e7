/** The time, for everything on the screen that counts: one ticker, once a second, running only while somebody looks. */

import { useSyncExternalStore } from "react";
import { serverClock } from "../text/clock";

const listeners = new Set<() => void>();
let now = serverClock.now();
let ticker: ReturnType<typeof setInterval> | undefined;

function tick(): void {
  now = serverClock.now();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  ticker ??= setInterval(tick, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(ticker);
    ticker = undefined;
  };
}

function read(): number {
  if (!ticker) now = serverClock.now();
  return now;
}

/** Milliseconds since 1970 by the server's clock. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, read);
}
