/** The one place that fetches. Every refusal is a `Problem`; the session travels in a same-origin cookie. */

import { serverClock } from "../text/clock";

const BASE = "/api/v1";

/** A problem+json answer, or `unreachable` (status 0) where there was none. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly extra: Record<string, unknown> = {},
    readonly retryAfterMs: number | null = null,
  ) {
    super(detail);
  }

  /** True where the same request may succeed later without anybody changing anything. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

export interface RequestOptions {
  body?: unknown;
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const form = options.body instanceof FormData;
  // The browser itself names a form's content type, with its boundary.
  if (options.body !== undefined && !form) headers["Content-Type"] = "application/json";
  if (options.idempotencyKey) headers["Idempotency-Key"] = options.idempotencyKey;
  let response: Response;
  try {
    response = await fetch(BASE + path, {
      method,
      headers,
      body: options.body === undefined ? undefined : form ? (options.body as FormData) : JSON.stringify(options.body),
      credentials: "same-origin",
      signal: options.signal,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Problem(0, "unreachable", "Chatref cannot be reached right now.");
  }
  serverClock.learn(response.headers.get("Date"));
  if (!response.ok) throw await problemOf(response);
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

async function problemOf(response: Response): Promise<Problem> {
  const seconds = Number(response.headers.get("Retry-After"));
  const retryAfterMs = Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null;
  let body: Record<string, unknown> = {};
  try {
    body = (await response.json()) as Record<string, unknown>;
  } catch {
    // Whatever stands before the API (a proxy, say) may answer in its own words; the status is what counts.
  }
  const detail = typeof body.detail === "string" ? body.detail : "Something went wrong. Please try again.";
  const code = typeof body.code === "string" ? body.code : "unknown";
  return new Problem(response.status, code, detail, body, retryAfterMs);
}

const RETRY_PAUSES_MS = [300, 1000, 2500];

/** Repeats a request that may be repeated (it carries an idempotency key) while its failures are passing ones. */
export async function persist<T>(attempt: () => Promise<T>): Promise<T> {
  for (const pause of RETRY_PAUSES_MS) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Problem) || !error.passing) throw error;
      await new Promise((resolve) => setTimeout(resolve, error.retryAfterMs ?? pause));
    }
  }
  return attempt();
}
