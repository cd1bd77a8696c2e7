/** What a push says (`chatref/push/payload.py`), and which of the browser's tabs it is about. */

export interface Notice {
  title: string;
  body: string;
  url: string;
  tag: string;
  conversation_id: string;
}

/** Null for what is none: whatever is wrong with it, the worker has to live on. */
export function noticeOf(text: string): Notice | null {
  try {
    const read: unknown = JSON.parse(text);
    const fields = ["title", "body", "url", "tag", "conversation_id"] as const;
    if (typeof read !== "object" || read === null) return null;
    const given = read as Record<string, unknown>;
    return fields.every((field) => typeof given[field] === "string") ? (read as Notice) : null;
  } catch {
    return null;
  }
}

/** Where a click leads: the inbox that this worker is of, under whatever name the server knows itself. */
export function addressOf(notice: Notice, scope: string): string {
  try {
    const given = new URL(notice.url, scope);
    const here = new URL(given.pathname + given.search + given.hash, new URL(scope).origin);
    return here.href.startsWith(scope) ? here.href : scope;
  } catch {
    return scope;
  }
}

/** A conversation has an address in each list that it stands in. */
export function shows(tab: string, notice: Notice, scope: string): boolean {
  if (tab === addressOf(notice, scope)) return true;
  const id = notice.conversation_id;
  return id !== "" && new URL(tab).pathname.split("/").includes(id);
}
