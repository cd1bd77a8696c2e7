/// What the last message offers besides an answer in words: replies to tap, a person, a form for the details. And while nobody
/// is there, the field for the address that the answer is to reach.

import type { VNode } from "preact";
import { useState } from "preact/hooks";
import { words } from "../shared/strings";
import type { SpeakingParts } from "./card";
import { DetailsForm } from "./form";
import { Icon } from "./icons";
import { assistantAnswers } from "./thread";

export function Offers({ chat, shell, say }: SpeakingParts): VNode | null {
  const { offering, asking, state } = chat.standing;
  const [formFor, setFormFor] = useState<string>();
  if (chat.outgoing.length > 0) return null;
  if (asking?.data?.form) {
    return (
      <div class="offers">
        <DetailsForm key={asking.id} fields={asking.data.form} opened={false} say={say} />
      </div>
    );
  }
  // Only while nothing has been said since: an old offer is none.
  if (!offering || !assistantAnswers(state)) return null;
  const { quick_replies = [], form = [], offers_person = false } = offering.data ?? {};
  const buttons = offers_person ? shell.info().buttons : [];
  if (quick_replies.length + form.length + buttons.length === 0) return null;
  const open = formFor === offering.id;
  return (
    <div class="offers">
      {quick_replies.map((reply) => (
        <button type="button" class="chip" key={reply} onClick={() => say({ text: reply })}>
          {reply}
        </button>
      ))}
      {buttons.map(({ action, label }) => (
        <button type="button" class="chip" key={action} onClick={() => say({ text: label, action })}>
          <Icon name="person" /> {label}
        </button>
      ))}
      {form.length > 0 ? (
        <button
          type="button"
          class="chip quiet"
          aria-expanded={open}
          onClick={() => setFormFor(open ? undefined : offering.id)}
        >
          <Icon name="list" /> {open ? words.formClose : words.formOpen}
        </button>
      ) : null}
      {open ? <DetailsForm key={offering.id} fields={form} opened say={say} /> : null}
    </div>
  );
}
