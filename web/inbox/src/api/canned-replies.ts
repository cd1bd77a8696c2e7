/** Texts that agents keep at hand. */

import { request } from "./client";

export interface CannedReplyBody {
  /** What agents type after a slash. */
  shortcut: string;
  title: string;
  /** With variables, such as `{{visitor.first_name}}`. */
  text: string;
  /** A team's slug; empty where it is for everybody. */
  team: string;
}

export interface CannedReply extends CannedReplyBody {
  id: string;
}

const one = (id: string) => `/canned-replies/${encodeURIComponent(id)}`;

export const cannedReplyRoutes = {
  list: () => request<{ items: CannedReply[] }>("GET", "/canned-replies").then((answer) => answer.items),
  create: (body: CannedReplyBody) => request<CannedReply>("POST", "/canned-replies", { body }),
  replace: (id: string, { shortcut, title, text, team }: CannedReplyBody) =>
    request<CannedReply>("PUT", one(id), { body: { shortcut, title, text, team } }),
  remove: (id: string) => request<void>("DELETE", one(id)),
};
