/** One bell for all tabs of an agent: one of them rings, and an agent who is seen in one is seen in all. */

import { allowSound, chime } from "./alerts";
import { chosenSound } from "./sound";

/** Other tabs need not hear of every key. */
const TELL_EVERY_MS = 1000;

export class Bell {
  private ours = false;

  constructor(private readonly agentId: string) {}

  /**
   * `onSeen` is called when the agent touches a tab that is looked at, this one or another; it returns whether that was
   * news. Returns how to end it.
   */
  open(onSeen: () => boolean): () => void {
    const name = `chatref.bell.${this.agentId}`;
    const closing = new AbortController();
    const { signal } = closing;
    const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel(name) : undefined;
    channel?.addEventListener("message", onSeen);
    let toldAt = 0;
    const touched = () => {
      if (document.hidden) return;
      if (!onSeen() && Date.now() - toldAt < TELL_EVERY_MS) return;
      toldAt = Date.now();
      channel?.postMessage("seen");
    };
    for (const touch of ["pointerdown", "wheel", "keydown"]) {
      addEventListener(touch, touched, { capture: true, passive: true, signal });
    }
    // Only a tab that may sound takes the bell, and keeps it until it closes.
    const deny = allowSound(() => void this.take(name, signal));
    return () => {
      closing.abort();
      deny();
      channel?.close();
      this.ours = false;
    };
  }

  ring(again: boolean): void {
    if (this.ours && chosenSound(this.agentId).on) chime(again);
  }

  private async take(name: string, signal: AbortSignal): Promise<void> {
    const locks = navigator.locks as LockManager | undefined; // not there where the page came over plain HTTP
    const hold = () => {
      if (signal.aborted) return undefined;
      this.ours = true;
      return new Promise<void>((release) => signal.addEventListener("abort", () => release()));
    };
    if (!locks) return void hold();
    await locks.request(name, { signal }, hold).catch(() => undefined); // closed before it was its turn
  }
}
