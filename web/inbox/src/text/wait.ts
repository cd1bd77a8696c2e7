/** How long somebody has waited, and how close that is to when an answer is due. */

export type Urgency = "calm" | "soon" | "late";

export interface Wait {
  /** Milliseconds since the wait began, never negative. */
  elapsed: number;
  /** How far the ring is filled, 0 to 1. */
  filled: number;
  urgency: Urgency;
}

/** What a row says of its visitor's wait: RFC 3339, null where there is none. */
export interface Waiting {
  waiting_since: string | null;
  /** When somebody more is told: moves on with each alert. */
  deadline: string | null;
  /** By when an answer is due: stays. A chat from before there were targets has none. */
  target: string | null;
  /** When the team opens, while it is closed. */
  opens_at: string | null;
}

/** The wait as of `now` (ms); null where nobody waits. Calm until half of the way, late past it; calm while closed. */
export function waitOf(row: Waiting, now: number): Wait | null {
  if (!row.waiting_since) return null;
  const start = Date.parse(row.waiting_since);
  const elapsed = Math.max(0, now - start);
  const due = row.target ?? row.deadline;
  const closed = row.opens_at !== null && now < Date.parse(row.opens_at);
  if (!due || (closed && now < Date.parse(due))) return { elapsed, filled: 0, urgency: "calm" };
  const allowed = Date.parse(due) - start;
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
