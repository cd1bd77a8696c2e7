/// Small hooks.

import { useEffect, useReducer, useState } from "preact/hooks";
import type { Chat } from "./chat";

/// Draw again whenever the chat has changed.
export function useChat(chat: Chat): void {
  const [, again] = useReducer((count: number) => count + 1, 0);
  useEffect(() => chat.subscribe(() => again(undefined)), [chat]);
}

/// The time, advancing in steps of `everyMs`.
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/// Whether `subject` has stayed the same, and is not undefined, for `ms`.
export function useLasting(subject: string | undefined, ms: number): boolean {
  const [lasting, setLasting] = useState<string>();
  useEffect(() => {
    if (subject === undefined) return;
    const timer = setTimeout(() => setLasting(subject), ms);
    return () => clearTimeout(timer);
  }, [subject, ms]);
  return subject !== undefined && lasting === subject;
}

export function useOnline(): boolean {
  const [online, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = (): void => setOnline(navigator.onLine);
    window.addEventListener("online", look);
    window.addEventListener("offline", look);
    return () => {
      window.removeEventListener("online", look);
      window.removeEventListener("offline", look);
    };
  }, []);
  return online;
}
