/** Whether this browser takes alerts while the inbox is closed: asked for, kept up to date, and ended. */

import { push } from "../api/push";

/** `unsupported`: it cannot. `denied`: somebody has told the browser that we may not. */
export type PushState = "unsupported" | "denied" | "off" | "on";

const WORKER = `${import.meta.env.BASE_URL}push-worker.js`;
/** Whose alerts this browser takes: another agent who signs in here must not get them. */
const TAKEN_FOR = "chatref.push";

export function canPush(): boolean {
  return "serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis;
}

async function subscriptionHere(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration(import.meta.env.BASE_URL);
  return registration ? registration.pushManager.getSubscription() : null;
}

/** At the start, and after each sign-in: what stands, with the server told of it anew, whose session may be another. */
export async function currentPush(agentId: string): Promise<PushState> {
  if (!canPush()) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  const subscription = await subscriptionHere();
  if (!subscription || Notification.permission !== "granted") return "off";
  if (localStorage.getItem(TAKEN_FOR) !== agentId) {
    await stopPush();
    return "off";
  }
  await startPush(agentId);
  return "on";
}

/** Asks for permission where it was not given yet, so a click has to lead here. */
export async function startPush(agentId: string): Promise<PushState> {
  const permission = await Notification.requestPermission();
  if (permission !== "granted") return permission === "denied" ? "denied" : "off";
  const applicationServerKey = await push.publicKey();
  await navigator.serviceWorker.register(WORKER);
  const { pushManager } = await navigator.serviceWorker.ready;
  const before = await pushManager.getSubscription();
  // Under another key it can neither be used nor be replaced.
  if (before && keyOf(before) !== applicationServerKey) await before.unsubscribe();
  const subscription = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey });
  await push.add(subscription.toJSON());
  localStorage.setItem(TAKEN_FOR, agentId);
  return "on";
}

export async function stopPush(): Promise<void> {
  if (!canPush()) return;
  localStorage.removeItem(TAKEN_FOR);
  const subscription = await subscriptionHere();
  if (!subscription) return;
  // Without the first, the push service will say that it is gone; without the second, nothing is sent to it any more.
  const ended = await Promise.allSettled([push.remove(subscription.endpoint), subscription.unsubscribe()]);
  if (ended.every((each) => each.status === "rejected")) throw (ended[0] as PromiseRejectedResult).reason;
}

function keyOf(subscription: PushSubscription): string {
  const key = subscription.options.applicationServerKey;
  if (!key) return "";
  const letters = btoa(String.fromCharCode(...new Uint8Array(key)));
  return letters.replace(/\+/gu, "-").replace(/\//gu, "_").replace(/=+$/u, "");
}
