/// The visitor's routes. Every failure is a `Problem`; status 0 means that nothing was heard of the server.

import type { ChatEvent, Session, ThreadInfo, VisitorInfo } from "../shared/wire";

const PATIENCE_MS = 15_000;

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code = "",
    readonly retryAfterMs?: number,
  ) {
    super(code || `status ${status}`);
  }

  /// The conversation or its token is no longer good for anything.
  get gone(): boolean {
    return this.status === 401 || this.status === 404;
  }

  /// The same request may well succeed later.
  get passing(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export interface NewConversation {
  site: string;
  visitor?: VisitorInfo;
  identity_token?: string;
  page?: { url: string; title: string };
  time_zone?: string;
}

export interface NewMessage {
  id: string;
  text: string;
  action?: string;
  details?: Record<string, string>;
}

export class VisitorApi {
  constructor(private readonly host: string) {}

  async begin(conversation: NewConversation): Promise<Session> {
    const response = await this.request("POST", "/conversations", { body: conversation });
    return (await response.json()) as Session;
  }

  /// Which conversation the token is for, and how its site looks.
  async thread(token: string): Promise<ThreadInfo> {
    const response = await this.request("GET", "/conversation", { headers: authorization(token) });
    return (await response.json()) as ThreadInfo;
  }

  /// Safe to repeat with the same id.
  async post(session: Session, message: NewMessage): Promise<void> {
    await this.request("POST", "/messages", { session, body: message, keepalive: true });
  }

  async events(session: Session, after: number): Promise<ChatEvent[]> {
    const response = await this.request("GET", `/events?after=${after}`, { session });
    return ((await response.json()) as { events: ChatEvent[] }).events;
  }

  /// The open stream of events after `lastSeq`. Ends when `signal` does.
  async stream(session: Session, lastSeq: number, signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const headers = { Accept: "text/event-stream", "Last-Event-ID": String(lastSeq) };
    const response = await this.request("GET", "/stream", { session, headers, signal });
    if (!response.body) throw new Problem(0);
    return response.body;
  }

  async typing(session: Session): Promise<void> {
    await this.request("POST", "/typing", { session, body: {} });
  }

  async seen(session: Session, seq: number): Promise<void> {
    await this.request("POST", "/seen", { session, body: { seq } });
  }

  async rate(session: Session, score: number, comment: string): Promise<void> {
    await this.request("POST", "/rating", { session, body: comment ? { score, comment } : { score } });
  }

  private async request(
    method: string,
    path: string,
    options: {
      session?: Session;
      body?: unknown;
      headers?: Record<string, string>;
      signal?: AbortSignal;
      keepalive?: boolean;
    },
  ): Promise<Response> {
    const { session, body } = options;
    const headers: Record<string, string> = {
      ...options.headers,
      ...(session && authorization(session.visitor_token)),
    };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const conversation = session ? `/conversations/${session.conversation_id}` : "";
    let response: Response;
    try {
      response = await fetch(`${this.host}/widget/v1${conversation}${path}`, {
        method,
        headers,
        body: body === undefined ? null : JSON.stringify(body),
        credentials: "omit",
        cache: "no-store",
        keepalive: options.keepalive ?? false,
        signal: options.signal ?? AbortSignal.timeout(PATIENCE_MS),
      });
    } catch {
      throw new Problem(0);
    }
    if (!response.ok) throw await problem(response);
    return response;
  }
}

const authorization = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });

async function problem(response: Response): Promise<Problem> {
  const body = (await response.json().catch(() => ({}))) as { code?: unknown };
  const seconds = Number(response.headers.get("Retry-After") ?? NaN);
  const code = typeof body.code === "string" ? body.code : "";
  return new Problem(response.status, code, Number.isFinite(seconds) ? seconds * 1000 : undefined);
}
