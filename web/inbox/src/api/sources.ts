/** The admins' routes about the content that the assistant answers from, and what travels over them. */

import { request } from "./client";

export type SourceKind = "file" | "url" | "site" | "text" | "qa";
export type SourceStatus = "pending" | "reading" | "ready" | "failed";

export interface ReadingProgress {
  found: number;
  waiting: number;
  read: number;
  unchanged: number;
  skipped: number;
  failed: number;
}

export interface Source {
  id: string;
  kind: SourceKind;
  title: string;
  url: string;
  status: SourceStatus;
  error: string;
  passages: number;
  page_limit: number;
  every: string | null;
  progress: ReadingProgress;
  read_at: string | null;
  next_read_at: string | null;
  created_at: string;
  changed_at: string;
}

export interface SourcePage {
  url: string;
  title: string;
  status: "waiting" | "read" | "skipped" | "failed";
  error: string;
  passages: number;
  read_at: string | null;
}

export interface Passage {
  id: string;
  title: string;
  headings: string[];
  text: string;
  url: string;
}

export interface FoundPassage {
  id: string;
  text: string;
  title: string;
  score: number;
  source: { id: string; title: string; url: string };
}

export interface SearchResult {
  found: boolean;
  floor: number;
  passages: FoundPassage[];
}

export type NewSource =
  | { kind: "text"; title: string; text: string }
  | { kind: "qa"; question: string; answer: string }
  | { kind: "url"; url: string; every?: string }
  | { kind: "site"; url: string; page_limit: number; every?: string };

const source = (id: string, rest = "") => `/sources/${encodeURIComponent(id)}${rest}`;

export const sources = {
  list: () => request<{ items: Source[] }>("GET", "/sources").then((answer) => answer.items),
  read: (id: string) => request<Source & { pages: SourcePage[] }>("GET", source(id)),
  passages: (id: string, page: string) =>
    request<{ items: Passage[] }>("GET", source(id, `/passages?page=${encodeURIComponent(page)}`)).then(
      (answer) => answer.items,
    ),
  add: (body: NewSource) => request<Source>("POST", "/sources", { body }),
  upload: (file: File) => {
    const body = new FormData();
    body.append("file", file);
    return request<Source>("POST", "/sources", { body });
  },
  refresh: (id: string, failedOnly: boolean) =>
    request<Source>("POST", source(id, "/refresh"), { body: { failed_only: failedOnly } }),
  /** Read it again by another schedule; an empty one is none. */
  reschedule: ({ id, kind, url, page_limit }: Source, every: string) =>
    request<Source>("PUT", source(id), { body: { kind, url, page_limit, ...(every && { every }) } }),
  cancel: (id: string) => request<Source>("POST", source(id, "/cancel")),
  remove: (id: string) => request<void>("DELETE", source(id)),
  search: (text: string) => request<SearchResult>("POST", "/knowledge/search", { body: { text, limit: 5 } }),
};
