import { describe, expect, it } from "vitest";
import type { AuthorKind, ChatEvent, EventData } from "../shared/wire";
import { standing, unreadCount } from "./thread";

let seq = 0;
const message = (kind: AuthorKind, data: EventData = {}, text = ""): ChatEvent => {
  seq += 1;
  return {
    seq,
    id: `m${seq}`,
    type: "message",
    at: `2026-01-01T00:00:${seq}Z`,
    author: { kind, name: "" },
    text,
    data,
  };
};
const transition = (data: EventData): ChatEvent => ({ ...message("system", data), type: "transition" });

describe("where a conversation stands", () => {
  it("has the assistant writing from the visitor's message until its answer", () => {
    const asked = message("visitor");
    expect(standing([asked]).answering).toBe(asked);
    expect(standing([asked, message("assistant")]).answering).toBeUndefined();
  });

  it("keeps the offers of the last answer until the visitor writes", () => {
    const answer = message("assistant", { quick_replies: ["Yes", "No"] });
    expect(standing([message("visitor"), answer]).offering).toBe(answer);
    expect(standing([answer, message("visitor")]).offering).toBeUndefined();
  });

  it("waits from the escalation until the claim, whatever is acknowledged in between", () => {
    const escalated = transition({ from: "ai_handling", to: "escalated", event: "escalate" });
    const waiting = [message("visitor"), escalated, message("assistant"), message("visitor")];
    expect(standing(waiting)).toMatchObject({ state: "escalated", waitingSince: escalated.at, answering: undefined });
    const claimed = transition({ from: "escalated", to: "human_owned", event: "claim", owner: { name: "Ada" } });
    expect(standing([...waiting, claimed])).toMatchObject({ agent: "Ada", waitingSince: undefined });
  });

  it("knows that nobody is there until somebody is", () => {
    const escalated = transition({ from: "ai_handling", to: "escalated", event: "escalate" });
    const told = [message("visitor"), escalated, message("assistant", { away: { until: null } }), message("visitor")];
    expect(standing(told).away).toEqual({ until: null });
    const claimed = transition({ from: "escalated", to: "human_owned", event: "claim", owner: { name: "Ada" } });
    expect(standing([...told, claimed]).away).toBeUndefined();
    const passedOn = transition({ from: "escalated", to: "escalated", event: "transfer_to_team" });
    expect(standing([...told, passedOn]).away).toBeUndefined();
  });

  it("asks where the answer is to reach whoever waits until they say so", () => {
    const form = [
      {
        name: "email",
        label: "Your e-mail address",
        type: "email" as const,
        required: true,
        choices: [],
        placeholder: "",
      },
    ];
    const asked = transition({ from: "ai_handling", to: "escalated", event: "escalate" });
    const question = message("assistant", { form });
    const waiting = [message("assistant", { form }), asked, question];
    expect(standing(waiting).asking).toBe(question);
    const more = [...waiting, message("visitor", {}, "Are you there?"), message("assistant", {}, "Still on it.")];
    expect(standing(more).asking).toBe(question);
    const wrong = [...more, message("visitor", {}, "ann@example")];
    expect(standing(wrong).asking).toBeUndefined();
    const again = message("assistant", { form });
    expect(standing([...wrong, again]).asking).toBe(again);
    const passedOn = transition({ from: "escalated", to: "escalated", event: "transfer_to_team" });
    expect(standing([...wrong, again, passedOn]).asking).toBe(again);
    const claimed = transition({ from: "escalated", to: "human_owned", event: "claim", owner: { name: "Ada" } });
    expect(standing([...wrong, again, claimed]).asking).toBeUndefined();
  });

  it("does not take a form of the assistant's for one of the wait", () => {
    const asked = transition({ from: "collecting_details", to: "escalated", event: "transfer_to_team" });
    expect(standing([message("assistant", { form: [] }), asked]).asking).toBeUndefined();
  });

  it("has the assistant answer what came while a person had it, when it gets the chat back", () => {
    const claimed = transition({ to: "human_owned", event: "claim", owner: { name: "Ada" } });
    const asked = message("visitor");
    const back = transition({ from: "human_owned", to: "ai_handling", event: "release_to_assistant" });
    expect(standing([claimed, asked, back])).toMatchObject({ answering: asked, agent: "" });
  });

  it("shows nobody writing while a person owns it", () => {
    const claimed = transition({ to: "human_owned", event: "claim", owner: { name: "Ada" } });
    expect(standing([claimed, message("visitor")]).answering).toBeUndefined();
  });

  it("is open again when the visitor writes after the end", () => {
    const ended = transition({ from: "human_owned", to: "resolved", event: "resolve" });
    expect(standing([ended]).closedSeq).toBe(ended.seq);
    const again = message("visitor");
    const reopened = transition({ from: "resolved", to: "ai_handling", event: "visitor_wrote" });
    expect(standing([ended, again, reopened])).toMatchObject({ closedSeq: undefined, answering: again, agent: "" });
  });

  it("counts as unread what the business wrote, and nothing else", () => {
    const seen = message("assistant");
    const events = [seen, message("visitor"), message("agent"), transition({ to: "resolved" }), message("assistant")];
    expect(unreadCount(events, seen.seq)).toBe(2);
  });
});
