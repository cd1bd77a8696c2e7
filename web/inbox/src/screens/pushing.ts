/** The switch for alerts while the inbox is closed. */

import { useEffect, useState } from "react";
import { Problem } from "../api/client";
import { currentPush, startPush, stopPush, type PushState } from "../live/push";
import { useToasts } from "../parts/toast";

export interface Pushing {
  state: PushState;
  start(): void;
  stop(): void;
}

export function usePushing(agentId: string): Pushing {
  const toasts = useToasts();
  const [state, setState] = useState<PushState>("unsupported");

  useEffect(() => {
    let here = true;
    currentPush(agentId).then(
      (now) => here && setState(now),
      () => here && setState("off"), // the switch is there, and says what is wrong
    );
    return () => {
      here = false;
    };
  }, [agentId]);

  const start = async () => {
    try {
      const now = await startPush(agentId);
      setState(now);
      if (now === "on") toasts.say("You will be notified here", "Also while the inbox is closed.");
    } catch (error) {
      const why = error instanceof Problem ? error.message : "This browser did not subscribe to its push service.";
      toasts.say("That did not work", why);
    }
  };
  const stop = async () => {
    try {
      await stopPush();
      setState("off");
    } catch {
      toasts.say("That did not work", "You are notified as before.");
    }
  };
  return { state, start: () => void start(), stop: () => void stop() };
}
