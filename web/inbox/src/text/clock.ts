/** The server's time: waits are counted by it, so that a wrong clock on the agent's desk shows no wrong wait. */

const IGNORED_SKEW_MS = 2000; // the `Date` header has whole seconds, and travels

class ServerClock {
  private skewMs = 0;

  learn(dateHeader: string | null): void {
    const server = dateHeader ? Date.parse(dateHeader) : Number.NaN;
    if (Number.isNaN(server)) return;
    const skew = server - Date.now();
    this.skewMs = Math.abs(skew) > IGNORED_SKEW_MS ? skew : 0;
  }

  now(): number {
    return Date.now() + this.skewMs;
  }
}

export const serverClock = new ServerClock();
