/** How an agent wants to hear of who waits: kept in this browser, for all of its tabs. */

import { useCallback, useMemo, useSyncExternalStore } from "react";

export interface SoundChoice {
  on: boolean;
  /** Whether it sounds again until the agent is seen to be there. */
  untilSeen: boolean;
  /** The pause until it sounds again, in milliseconds. */
  everyMs: number;
}

const USUAL: SoundChoice = { on: true, untilSeen: true, everyMs: 20_000 };

const keyOf = (agentId: string) => `chatref.sound.${agentId}`;
const listeners = new Set<() => void>();

/** What was kept, as far as it can be read. */
export function soundOf(kept: string | null): SoundChoice {
  try {
    const { on, untilSeen, everyMs } = (JSON.parse(kept ?? "{}") ?? {}) as Record<string, unknown>;
    return {
      on: typeof on === "boolean" ? on : USUAL.on,
      untilSeen: typeof untilSeen === "boolean" ? untilSeen : USUAL.untilSeen,
      everyMs: typeof everyMs === "number" && everyMs > 0 ? everyMs : USUAL.everyMs,
    };
  } catch {
    return USUAL; // not ours, or of another time
  }
}

export function chosenSound(agentId: string): SoundChoice {
  return soundOf(localStorage.getItem(keyOf(agentId)));
}

export function chooseSound(agentId: string, choice: Partial<SoundChoice>): void {
  localStorage.setItem(keyOf(agentId), JSON.stringify({ ...chosenSound(agentId), ...choice }));
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("storage", listener); // another tab chose
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", listener);
  };
}

export function useSound(agentId: string): SoundChoice {
  const kept = useSyncExternalStore(
    subscribe,
    useCallback(() => localStorage.getItem(keyOf(agentId)), [agentId]),
  );
  return useMemo(() => soundOf(kept), [kept]);
}
