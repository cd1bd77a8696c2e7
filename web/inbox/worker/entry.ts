/** Runs while the inbox is closed: shows what is pushed, and opens it on a click. It never claims anything. */

import { addressOf, noticeOf, shows, type Notice } from "./notice";

declare const self: ServiceWorkerGlobalScope;

const PUSH = "/api/v1/me/push";
const UNREADABLE = {
  title: "Somebody is waiting",
  body: "Open the inbox",
  url: "",
  tag: "chatref",
  conversation_id: "",
};

self.addEventListener("install", () => void self.skipWaiting());

self.addEventListener("push", (event) => {
  event.waitUntil(show(noticeOf(event.data?.text() ?? "") ?? UNREADABLE));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(open(event.notification.data as Notice));
});

// Browsers replace a subscription now and then, without a page that could tell the server.
self.addEventListener("pushsubscriptionchange", (event) => {
  event.waitUntil(replace(event as PushSubscriptionChangeEvent));
});

interface PushSubscriptionChangeEvent extends ExtendableEvent {
  readonly oldSubscription: PushSubscription | null;
  readonly newSubscription: PushSubscription | null;
}

async function tabs(): Promise<readonly WindowClient[]> {
  const every = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return every.filter((tab) => tab.url.startsWith(self.registration.scope));
}

async function show(notice: Notice): Promise<void> {
  // An inbox that is looked at calls by itself.
  if ((await tabs()).some((tab) => tab.visibilityState === "visible")) return;
  const { title, body, tag } = notice;
  // `renotify`: who did not hear the first call hears the second, though it takes the first one's place.
  const options = { body, tag, data: notice, icon: "favicon.svg", renotify: tag !== "", requireInteraction: true };
  await self.registration.showNotification(title, options);
}

async function open(notice: Notice): Promise<void> {
  const { scope } = self.registration;
  const there = (await tabs()).find((tab) => shows(tab.url, notice, scope));
  if (there) await there.focus();
  else await self.clients.openWindow(addressOf(notice, scope));
}

async function replace(event: PushSubscriptionChangeEvent): Promise<void> {
  const options = event.oldSubscription?.options;
  const next = event.newSubscription ?? (options ? await self.registration.pushManager.subscribe(options) : null);
  if (event.oldSubscription) await tell("DELETE", { endpoint: event.oldSubscription.endpoint });
  if (next) await tell("POST", next.toJSON());
}

async function tell(method: string, body: unknown): Promise<void> {
  await fetch(PUSH, { method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}
