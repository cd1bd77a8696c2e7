/// What the visitor's routes send and take (`/widget/v1`).

export type AuthorKind = "visitor" | "assistant" | "agent" | "system";
export type State = "ai_handling" | "collecting_details" | "escalated" | "human_owned" | "resolved";

export interface Author {
  kind: AuthorKind;
  name: string;
}

export interface Citation {
  passage_id: string;
  title: string;
  url: string;
  quote: string;
}

export interface FormField {
  name: string;
  label: string;
  type: "text" | "email" | "phone" | "number" | "date" | "choice" | "pattern";
  required: boolean;
  choices: string[];
  placeholder: string;
}

/// Everything an event's `data` may hold, whatever its type: each key is absent where it does not apply.
/// That nobody is there, and until when, where that is known.
export interface Away {
  until: string | null;
}

export interface EventData {
  citations?: Citation[];
  quick_replies?: string[];
  form?: FormField[];
  away?: Away;
  offers_person?: boolean;
  action?: string;
  from?: State;
  to?: State;
  event?: string;
  owner?: { name: string } | null;
}

export interface ChatEvent {
  seq: number;
  id: string;
  type: string;
  at: string;
  author: Author;
  text?: string;
  data?: EventData;
}

/// What the assistant has written so far to the visitor's message with this `seq`. Empty when it is withdrawn.
export interface Draft {
  answers_seq: number;
  text: string;
}

export interface SiteInfo {
  name: string;
  look: { color: string; position: string; greeting: string; suggestions: string[] };
  buttons: { action: string; label: string }[];
  reply_time_seconds: number | null;
}

/// The same for a page that has nothing but the conversation's token. `site` is the site's key.
export interface ThreadInfo extends SiteInfo {
  site: string;
  conversation_id: string;
}

export interface Session {
  conversation_id: string;
  visitor_token: string;
}

export interface VisitorInfo {
  name?: string;
  email?: string;
  attributes?: Record<string, unknown>;
}
