/** The admins' routes about what the assistant is told and what it costs, and what travels over them. */

import { request } from "./client";

export const LONGEST_TONE = 300;
export const LONGEST_GUIDANCE = 4000;

export interface Briefing {
  tone: string;
  guidance: string;
}

export type SavedBriefing = Briefing & { version: number };

export interface UsageOfDay {
  /** `YYYY-MM-DD`, in UTC. */
  day: string;
  model: string;
  conversations: number;
  requests: number;
  input_tokens: number;
  output_tokens: number;
}

export const assistant = {
  read: () => request<SavedBriefing>("GET", "/assistant"),
  replace: (briefing: Briefing) => request<SavedBriefing>("PUT", "/assistant", { body: briefing }),
  usage: () => request<{ items: UsageOfDay[] }>("GET", "/assistant/usage?days=30").then((answer) => answer.items),
};
