/** Service policies: how long anybody may wait, and who is told when. */

import { request } from "./client";

/** Whom a step of the ladder may tell. */
export type LadderAudience = "team" | "everybody" | "fallback" | "supervisors";

export interface LadderStep {
  /** ISO 8601, or seconds. */
  after: string | number;
  audience: LadderAudience;
  channels: string[];
  say: string;
}

export type Weekday = "monday" | "tuesday" | "wednesday" | "thursday" | "friday" | "saturday" | "sunday";

export interface Hours {
  opens: string;
  closes: string;
}

export interface Holiday {
  on: string;
  name: string;
  hours: Hours[];
}

export interface OfficeHours {
  time_zone: string;
  shifts: (Hours & { day: Weekday })[];
  holidays: Holiday[];
}

/** As much of a policy as the page shows; what else it has is kept as it is. */
export interface PolicyBody {
  first_response: string | number;
  next_response: string | number;
  at_once: string[];
  ladder: LadderStep[];
  repeat_every: string | number;
  repeat_at_most: string | number;
  owner_answers_within: string | number;
  owner_grace: string | number;
  fallback_team: string;
  office_hours: OfficeHours | null;
  closed_text: string;
  nobody_text: string;
}

export interface Policy extends PolicyBody {
  /** `default`, or the slug of the team whose own it is. */
  id: string;
  version: number;
}

const one = (id: string) => `/service-policy/${encodeURIComponent(id)}`;

export const policyRoutes = {
  list: () => request<{ items: Policy[] }>("GET", "/service-policy").then((answer) => answer.items),
  replace: (id: string, { id: _, version: __, ...body }: Policy) => request<Policy>("PUT", one(id), { body }),
  remove: (id: string) => request<void>("DELETE", one(id)),
};
