/** How long somebody has waited, and how close that is to the deadline. */

export type Urgency = "calm" | "soon" | "late";

export interface Wait {
  /** Milliseconds since the wait began, never negative. */
  elapsed: number;
  /** How far the ring is filled, 0 to 1. */
  filled: number;
  urgency: Urgency;
}

/**
 * The wait as of `now` (ms); null where nobody waits. Calm until half of the way to the deadline, late past it.
 * `target` is how long (ms) such a wait may last at most: a deadline that has moved on beyond it calms nobody.
 */
export function waitOf(
  since: string | null,
  deadline: string | null,
  now: number,
  target: number | null = null,
): Wait | null {
  if (!since) return null;
  const start = Date.parse(since);
  const elapsed = Math.max(0, now - start);
  const allowed = Math.min(deadline ? Date.parse(deadline) - start : Infinity, target ?? Infinity);
  if (allowed === Infinity) return { elapsed, filled: 0, urgency: "calm" };
  const part = allowed > 0 ? elapsed / allowed : 1;
  return { elapsed, filled: Math.min(1, part), urgency: part >= 1 ? "late" : part >= 0.5 ? "soon" : "calm" };
}

/** `0:42`, `12:05`, `1 h 04`, `2 d 3 h`: short, and stable in width while it counts. */
export function formatWait(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes < 60) return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
  if (hours < 24) return `${hours} h ${String(minutes % 60).padStart(2, "0")}`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** The same for a screen reader: "42 seconds", "12 minutes". */
export function spokenWait(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [count, unit] =
    seconds < 60
      ? [seconds, "second"]
      : seconds < 3600
        ? [Math.floor(seconds / 60), "minute"]
        : seconds < 86_400
          ? [Math.floor(seconds / 3600), "hour"]
          : [Math.floor(seconds / 86_400), "day"];
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
