/** Says which conversation is on the screen, so that what the assistant writes there comes with the stream. */

import { useEffect } from "react";
import { inbox } from "../api/inbox";
import { useLive } from "./live";

/** It holds for a minute. */
const AGAIN_AFTER_MS = 25_000;

/** While `wanted` and while somebody can see it. */
export function useWatching(conversationId: string, wanted: boolean): void {
  const { status } = useLive();
  useEffect(() => {
    if (!wanted || status !== "live") return;
    const watch = () => {
      // Without it there are dots instead of words; the next time it may work.
      if (document.visibilityState === "visible") inbox.watch(conversationId).catch(() => undefined);
    };
    watch();
    const timer = setInterval(watch, AGAIN_AFTER_MS);
    document.addEventListener("visibilitychange", watch);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", watch);
    };
  }, [conversationId, wanted, status]);
}
