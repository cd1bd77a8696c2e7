/** A conversation's ledger, as `/api/v1/conversations/{id}/waits` tells it. */

import { request } from "./client";
import type { Audience, Person } from "./wire";

export type Ending = "answered" | "returned_to_assistant" | "resolved";

export interface Told {
  step: number;
  audience: Audience;
  agent: string;
  agent_name: string;
  channel: string;
  outcome: string;
  /** Why a channel failed; empty where it did not. */
  why: string;
}

export interface WaitStep {
  seq: number;
  at: string;
  kind: "began" | "alerted" | "taken" | "queued" | "overdue" | "left" | "told" | "ended";
  team: string;
  owner: Person | null;
  deadline: string | null;
  by: Person | null;
  alert: Told | null;
}

export interface LedgerWait {
  since: string;
  handoff: number;
  deadline: string | null;
  taken_by: Person | null;
  taken_at: string | null;
  ended_at: string | null;
  ending: Ending | null;
  ended_by: Person | null;
  steps: WaitStep[];
}

export interface LedgerHandoff {
  number: number;
  began_at: string;
  reason: string | null;
  team: string;
  by: Person | null;
  action: string;
  action_id: string;
  action_version: number;
  evidence: string;
  message_id: string;
  ended_at: string | null;
  ending: Ending | null;
  ended_by: Person | null;
}

export interface Ledger {
  items: LedgerWait[];
  handoffs: LedgerHandoff[];
}

export const waits = {
  of: (conversationId: string, signal?: AbortSignal) =>
    request<Ledger>("GET", `/conversations/${encodeURIComponent(conversationId)}/waits`, { signal }),
};
