/** Which conversations stand in which list, and in what order. The same rules as the server's. */

import type { Row } from "../api/wire";

export type Sort = "waiting" | "latest" | "priority";

export type View =
  | { kind: "needs_human" | "mine" | "unassigned" | "all" | "resolved" }
  | { kind: "team"; slug: string }
  | { kind: "tag"; tag: string };

/** The pages beside the lists of conversations, none of which has such a name. */
export type SettingsPage = "actions" | "assistant" | "canned-replies" | "policies" | "reports" | "sources" | "webhooks";

/** Who shapes the inbox: admins all of it, supervisors what they are the nearest to. The API answers no one else either. */
export function mayOpen(page: SettingsPage, role: string): boolean {
  return role === "admin" || (role === "supervisor" && (page === "canned-replies" || page === "reports"));
}

export const NEEDS_HUMAN: View = { kind: "needs_human" };

export function needsHuman(row: Row): boolean {
  return row.state === "escalated" || (row.state === "human_owned" && row.waiting_since !== null);
}

export function belongs(row: Row, view: View, myId: string): boolean {
  if (row.last_seq === 0) return false;
  switch (view.kind) {
    case "needs_human":
      return needsHuman(row);
    case "unassigned":
      return row.state === "escalated";
    case "mine":
      return row.state === "human_owned" && row.owner?.id === myId;
    case "all":
      return row.state !== "resolved";
    case "resolved":
      return row.state === "resolved";
    case "team":
      return row.state !== "resolved" && row.team?.slug === view.slug;
    case "tag":
      return row.state !== "resolved" && row.tags.includes(view.tag);
  }
}

export function defaultSort(view: View): Sort {
  return view.kind === "needs_human" || view.kind === "unassigned" ? "waiting" : "latest";
}

const RANK = { urgent: 0, high: 1, normal: 2, low: 3 } as const;
const latest = (row: Row) => Date.parse(row.changed_at);
const since = (row: Row) => (row.waiting_since ? Date.parse(row.waiting_since) : Number.POSITIVE_INFINITY);

function byWait(a: Row, b: Row): number {
  // Infinity minus Infinity is no number: rows without a wait come last, the latest of them first.
  return since(a) === since(b) ? latest(b) - latest(a) : since(a) - since(b);
}

export function compare(sort: Sort): (a: Row, b: Row) => number {
  return (a, b) => {
    const order =
      sort === "latest"
        ? latest(b) - latest(a)
        : sort === "priority"
          ? RANK[a.priority] - RANK[b.priority] || byWait(a, b)
          : byWait(a, b);
    return order || (a.id < b.id ? -1 : 1);
  };
}

/** The view's part of the address, and back. */
export function pathOf(view: View, conversationId?: string): string {
  const list =
    view.kind === "team"
      ? `/team/${encodeURIComponent(view.slug)}`
      : view.kind === "tag"
        ? `/tag/${encodeURIComponent(view.tag)}`
        : `/${view.kind.replace("_", "-")}`;
  return conversationId ? `${list}/${conversationId}` : list;
}

export interface Place {
  view: View;
  conversationId: string | null;
  details: boolean;
}

export function placeOf(path: string): Place | null {
  const [first = "", ...rest] = path.split("/").filter(Boolean).map(decodeURIComponent);
  const named = first === "team" || first === "tag";
  const [name, conversationId = null, last] = named ? rest : [first, ...rest];
  const view = viewOf(first, name ?? "");
  return view && { view, conversationId, details: last === "details" };
}

export function settingsPageOf(path: string): SettingsPage | null {
  const [, page] =
    /^\/(assistant$|sources$|(?:actions|canned-replies|policies|reports|webhooks)(?=\/|$))/u.exec(path) ?? [];
  return (page as SettingsPage | undefined) ?? null;
}

function viewOf(first: string, name: string): View | null {
  switch (first) {
    case "needs-human":
      return NEEDS_HUMAN;
    case "mine":
    case "unassigned":
    case "all":
    case "resolved":
      return { kind: first };
    case "team":
      return name ? { kind: "team", slug: name } : null;
    case "tag":
      return name ? { kind: "tag", tag: name } : null;
    default:
      return null;
  }
}
