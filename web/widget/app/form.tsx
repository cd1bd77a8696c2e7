/// The details as fields, for whoever likes that better than questions. What is only one is answered as if it was written.

import type { InputHTMLAttributes, VNode } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { words } from "../shared/strings";
import type { FormField } from "../shared/wire";
import type { SpeakingParts } from "./card";

const INPUTS: Partial<Record<FormField["type"], InputHTMLAttributes>> = {
  email: { type: "email", autocomplete: "email" },
  phone: { type: "tel", autocomplete: "tel" },
  date: { type: "date" },
  // Not the type `number`: an order number is no quantity, and its leading zeros count.
  number: { inputMode: "decimal" },
};

interface DetailsFormProps extends Pick<SpeakingParts, "say"> {
  fields: FormField[];
  /// The visitor has opened it, and goes on in it.
  opened: boolean;
}

export function DetailsForm({ fields, opened, say }: DetailsFormProps): VNode {
  const form = useRef<HTMLFormElement>(null);
  const alone = fields.length === 1 ? fields[0] : undefined;
  useEffect(() => {
    if (opened) form.current?.querySelector<HTMLElement>("input, select")?.focus();
  }, []);

  const submit = (event: Event): void => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const details: Record<string, string> = {};
    const lines: string[] = [];
    for (const { name, label } of fields) {
      const value = String(given.get(name) ?? "").trim();
      if (!value) continue;
      details[name] = value;
      lines.push(alone ? value : `${label.replace(/[?:]$/, "")}: ${value}`);
    }
    if (lines.length > 0) say({ text: lines.join("\n"), details });
  };

  return (
    <form ref={form} class="details" aria-label={alone?.label ?? words.formTitle} onSubmit={submit}>
      {fields.map((field) => (
        <Field key={field.name} field={field} />
      ))}
      <button type="submit" class="primary">
        {alone ? words.formSendOne : words.formSend}
      </button>
    </form>
  );
}

function Field({ field }: { field: FormField }): VNode {
  const { name, label, type, required, choices, placeholder } = field;
  const id = useId();
  return (
    <div class="field">
      <label htmlFor={id}>
        {label} {required ? null : <small>{words.optional}</small>}
      </label>
      {type === "choice" ? (
        <select id={id} name={name} required={required}>
          <option value="">{words.choose}</option>
          {choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          name={name}
          required={required}
          autocomplete="off"
          {...INPUTS[type]}
          placeholder={placeholder}
          maxLength={500}
        />
      )}
    </div>
  );
}
