/** How the inbox calls somebody who looks elsewhere: a sound, the tab's title and icon, a notification where allowed. */

import type { ConversationEvent, Me } from "../api/wire";

/** An alert is for me if it is for everybody, for my team or role, or for me alone. Only those in the inbox call here. */
export function isForMe(event: ConversationEvent, me: Me): boolean {
  if (event.data.channel && event.data.channel !== "inbox") return false;
  switch (event.data.audience) {
    case "everybody":
    case "fallback":
      return true;
    case "supervisors":
      return me.role !== "agent";
    case "team":
      return me.teams.includes(event.data.team ?? "");
    case "owner":
    case "agent":
      return event.data.agent === me.id;
    default:
      return false;
  }
}

let audio: AudioContext | null = null;

/** Browsers let a page sound only after somebody has touched it: once that is so, `onAllowed` is called. */
export function allowSound(onAllowed: () => void): () => void {
  const ending = new AbortController();
  const unlock = () => {
    ending.abort();
    audio ??= new AudioContext();
    void audio.resume();
    onAllowed();
  };
  if (navigator.userActivation?.hasBeenActive) unlock(); // while signing in, say
  addEventListener("pointerdown", unlock, { signal: ending.signal });
  addEventListener("keydown", unlock, { signal: ending.signal });
  return () => ending.abort();
}

const TWO_NOTES = [
  { hertz: 659.25, after: 0 },
  { hertz: 880, after: 0.14 },
];

const LOUD = 0.16;
const GENTLE = 0.08;

export function chime(gently: boolean): void {
  if (!audio || audio.state !== "running") return;
  const start = audio.currentTime;
  for (const note of TWO_NOTES) {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    const at = start + note.after;
    tone.type = "sine";
    tone.frequency.value = note.hertz;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(gently ? GENTLE : LOUD, at + 0.015);
    volume.gain.exponentialRampToValueAtTime(0.0001, at + 0.5);
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(at + 0.55);
  }
}

/** The tab's title: how many wait, and who called last while they have not been seen. */
export function titleOf(place: string, waiting: number, calling: string | null): string {
  const count = waiting > 0 ? `(${waiting > 99 ? "99+" : waiting}) ` : "";
  return calling ? `${count}${calling} is waiting` : `${count}${place} · Chatref`;
}

const PLAIN_ICON = `${import.meta.env.BASE_URL}favicon.svg`;

export function badgeIcon(waiting: boolean): void {
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (!link) return;
  const href = waiting ? `data:image/svg+xml,${encodeURIComponent(BADGED_ICON)}` : PLAIN_ICON;
  if (link.getAttribute("href") !== href) link.setAttribute("href", href);
}

const BADGED_ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><path d="M8 3h16a6 6 0 0 1 6 6v9a6 6 0 0 1-6 6h-7l-7 5.4V24H8a6 6 0 0 1-6-6V9a6 6 0 0 1 6-6Z" fill="#0c7a6b"/><circle cx="24" cy="8" r="8" fill="#fff"/><circle cx="24" cy="8" r="6.4" fill="#d92d20"/></svg>`;

export type DesktopPermission = NotificationPermission | "unsupported";

export function desktopPermission(): DesktopPermission {
  return "Notification" in globalThis ? Notification.permission : "unsupported";
}

export function notifyDesktop(title: string, body: string, tag: string, onClick: () => void): void {
  if (desktopPermission() !== "granted") return;
  const shown = new Notification(title, { body, tag, icon: PLAIN_ICON });
  shown.onclick = () => {
    window.focus();
    shown.close();
    onClick();
  };
}
