/// How long to wait before another attempt: doubling, with jitter, so that a server that comes back is not run over.

const FIRST_MS = 1_000;
const LONGEST_MS = 10_000;

export function backOff(failures: number, askedForMs?: number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
  return Math.max(askedForMs ?? 0, longest / 2) + (Math.random() * longest) / 2;
}

/// Sleeps, but wakes early when the browser is online again, the page is looked at again, or `signal` ends.
export function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      window.removeEventListener("online", done);
      document.removeEventListener("visibilitychange", looked);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const looked = (): void => {
      if (document.visibilityState === "visible") done();
    };
    const timer = setTimeout(done, ms);
    window.addEventListener("online", done);
    document.addEventListener("visibilitychange", looked);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
