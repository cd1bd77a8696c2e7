/// What the events say about where the conversation stands. Pure, so that every tab comes to the same.

import type { Away, ChatEvent, State } from "../shared/wire";

export interface Standing {
  state: State;
  /// The agent's name while one owns the conversation.
  agent: string;
  /// When the visitor began to wait for a person.
  waitingSince: string | undefined;
  /// That they were told that nobody is there, and until when, where that is known.
  away: Away | undefined;
  /// The `seq` of the transition that closed it, while it is closed.
  closedSeq: number | undefined;
  /// The last message of the business, while the visitor has not written after it: its offers still stand.
  offering: ChatEvent | undefined;
  /// The message that asked the waiting visitor where the answer is to reach them, until they say so. Whatever else is said
  /// meanwhile does not answer it.
  asking: ChatEvent | undefined;
  /// The visitor's message that the assistant is answering now.
  answering: ChatEvent | undefined;
}

export const fromBusiness = (event: ChatEvent): boolean => event.type === "message" && event.author.kind !== "visitor";

export function standing(events: readonly ChatEvent[]): Standing {
  const now: Standing = {
    state: "ai_handling",
    agent: "",
    waitingSince: undefined,
    away: undefined,
    closedSeq: undefined,
    offering: undefined,
    asking: undefined,
    answering: undefined,
  };
  let unanswered: ChatEvent | undefined;
  for (const event of events) {
    if (event.type === "message" && event.author.kind === "visitor") {
      if (now.state === "resolved") enter(now, "ai_handling", event);
      now.offering = undefined;
      // Right or wrong, it was meant as an address; where it is none, we ask again.
      if (event.text?.includes("@")) now.asking = undefined;
      unanswered = event;
    } else if (event.type === "message") {
      now.offering = event;
      if (now.state === "escalated" && event.data?.away) now.away = event.data.away;
      if (now.state === "escalated" && event.data?.form) now.asking = event;
      unanswered = undefined;
    } else if (event.type === "transition" && event.data?.to) {
      enter(now, event.data.to, event);
      now.agent = event.data.owner?.name ?? "";
      // What led to a person is answered with that; what comes after it, the assistant answers if it gets the chat back.
      if (now.state === "escalated") unanswered = undefined;
    }
  }
  now.answering = assistantAnswers(now.state) ? unanswered : undefined;
  return now;
}

function enter(now: Standing, state: State, event: ChatEvent): void {
  // Another team may be there.
  if (event.data?.event === "transfer_to_team") now.away = undefined;
  if (state === "escalated" && now.state !== "escalated") now.waitingSince = event.at;
  if (state !== "escalated") {
    now.waitingSince = now.asking = now.away = undefined;
  }
  now.closedSeq = state === "resolved" ? event.seq : undefined;
  now.state = state;
}

export const assistantAnswers = (state: State): boolean => state === "ai_handling" || state === "collecting_details";

/// How many messages of the business came after `seenSeq`.
export const unreadCount = (events: readonly ChatEvent[], seenSeq: number): number =>
  events.filter((event) => event.seq > seenSeq && fromBusiness(event)).length;
