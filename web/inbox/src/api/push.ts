/** The routes of browser pushes. */

import { request } from "./client";

export const push = {
  publicKey: () => request<{ public_key: string }>("GET", "/me/push").then((answer) => answer.public_key),
  add: (subscription: PushSubscriptionJSON) => request<unknown>("POST", "/me/push", { body: subscription }),
  remove: (endpoint: string) => request<void>("DELETE", "/me/push", { body: { endpoint } }),
};
