/** What travels between the inbox and `/api/v1`. Times are RFC 3339 in UTC. */

export type State = "ai_handling" | "collecting_details" | "escalated" | "human_owned" | "resolved";
export type Priority = "low" | "normal" | "high" | "urgent";
export type AuthorKind = "visitor" | "assistant" | "agent" | "system";

export interface Author {
  kind: AuthorKind;
  name: string;
  id?: string;
}

export interface Person {
  id: string;
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
  type: string;
  required: boolean;
}

export interface EventData {
  // message
  citations?: Citation[];
  quick_replies?: string[];
  form?: FormField[];
  action?: string;
  // transition
  from?: State;
  to?: State;
  event?: string;
  reason?: string;
  evidence?: string;
  team?: string;
  owner?: Person | null;
  waited_seconds?: number | null;
  // tags
  tags?: string[];
  added?: string[];
  removed?: string[];
  // detail
  name?: string;
  label?: string;
  value?: string;
  verified?: boolean;
  // alert
  step?: number;
  audience?: Audience;
  agent?: string;
  agent_name?: string;
  channel?: string;
  outcome?: string;
  // rating
  score?: number;
  // while the visitor waits and the team is closed
  opens_at?: string;
}

/** Whom a telling is for. */
export type Audience = "team" | "owner" | "everybody" | "fallback" | "supervisors" | "agent" | "visitor";

export type EventType = "message" | "note" | "transition" | "tags" | "detail" | "alert" | "rating";

export interface ConversationEvent {
  seq: number;
  id: string;
  type: EventType;
  at: string;
  author: Author;
  text: string;
  public: boolean;
  data: EventData;
}

export interface Visitor {
  id: string;
  name: string;
  email: string;
  attributes: Record<string, unknown>;
  identified: boolean;
}

export interface LastMessage {
  seq: number;
  author: Author;
  text: string;
  at: string;
}

/** What an agent should know before reading: the visitor's own words, and what the assistant did about them. */
export interface Summary {
  wants: string[];
  tried: Tried[];
  details: Detail[];
}

export interface Tried {
  question: string;
  /** Empty where the assistant had none to give. */
  answer: string;
  sources: { title: string; url: string }[];
}

export interface Handoff {
  reason: string;
  action: string;
  action_id: string;
  action_version: number;
  evidence: string;
  message_id: string;
  at: string;
  summary: Summary;
}

export interface Detail {
  name: string;
  label: string;
  value: string;
  verified: boolean;
}

export interface TeamName {
  slug: string;
  name: string;
}

export interface Row {
  id: string;
  state: State;
  owner: Person | null;
  team: TeamName | null;
  tags: string[];
  priority: Priority;
  visitor: Visitor;
  last_message: LastMessage | null;
  waiting_since: string | null;
  deadline: string | null;
  /** By when the visitor is to have an answer, and when the team opens, where they wait for that. */
  target: string | null;
  opens_at: string | null;
  handoff: Handoff | null;
  details: Detail[];
  last_seq: number;
  created_at: string;
  changed_at: string;
  page: { url?: string; title?: string };
}

export interface EarlierConversation {
  id: string;
  state: State;
  created_at: string;
  last_message: LastMessage | null;
  handoff: Handoff | null;
}

/** What the model has cost, in tokens. */
export interface ModelUse {
  requests: number;
  input_tokens: number;
  output_tokens: number;
}

export interface ConversationContext {
  earlier: EarlierConversation[];
  user_agent?: string;
  seen_seq: number;
  /** The visitor's, by its IANA name; empty where it is not known. */
  time_zone: string;
  model: ModelUse;
}

export type OpenedConversation = Row & { context: ConversationContext };

export interface Me {
  id: string;
  email: string;
  name: string;
  role: string;
  available: boolean;
  teams: string[];
}

export interface Agent {
  id: string;
  name: string;
  email: string;
  available?: boolean;
  online?: boolean;
}

export interface Team {
  id: string;
  slug: string;
  name: string;
}

export interface Site {
  id: string;
  key: string;
  name: string;
  allowed_origins: string[];
}

export interface Counts {
  needs_human: number;
  mine: number;
  unassigned: number;
  all: number;
  resolved: number;
  teams: Record<string, number>;
  tags: Record<string, number>;
}

export interface Presence {
  agent_id: string;
  name: string;
  available: boolean;
  online: boolean;
}

export interface AlertSignal {
  conversation_id: string;
  event: ConversationEvent;
}

export interface TypingSignal {
  conversation_id: string;
  author: Author;
}

/** All that the assistant has written so far to the visitor's message with this `seq`. Empty when it is withdrawn. */
export interface DraftSignal {
  conversation_id: string;
  answers_seq: number;
  text: string;
}

export interface SeenSignal {
  conversation_id: string;
  seq: number;
}
