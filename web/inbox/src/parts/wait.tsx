import type { Row } from "../api/wire";
import { useNow } from "../live/now";
import { exactTime } from "../text/times";
import { formatWait, spokenWait, waitOf } from "../text/wait";

const RADIUS = 7;
const LENGTH = 2 * Math.PI * RADIUS;

/** The running wait, its ring filling towards the moment by which an answer is due. Nothing where nobody waits. */
export function RunningWait({ row }: { row: Row }) {
  const now = useNow();
  const wait = waitOf(row, now);
  if (!wait || !row.waiting_since) return null;
  return (
    <span
      className={`wait wait--${wait.urgency}`}
      title={`Waiting since ${exactTime(row.waiting_since)}`}
      role="timer"
      aria-live="off"
    >
      <svg className="wait__ring" viewBox="0 0 18 18" aria-hidden>
        <circle className="wait__track" cx="9" cy="9" r={RADIUS} />
        <circle
          className="wait__fill"
          cx="9"
          cy="9"
          r={RADIUS}
          strokeDasharray={LENGTH}
          strokeDashoffset={LENGTH * (1 - Math.max(0.03, wait.filled))}
        />
      </svg>
      <span aria-hidden>{formatWait(wait.elapsed)}</span>
      <span className="unseen">Waiting for {spokenWait(wait.elapsed)}</span>
    </span>
  );
}
