import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import type { CustomAction, DetailField, FieldType } from "../../api/actions";
import type { Faults } from "../../api/faults";
import { Button, IconButton } from "../../parts/button";
import { ChoiceEntry, ListEntry, LongEntry, TextEntry } from "../../parts/entry";
import { Toggle } from "../../parts/toggle";
import { entries, moved, nameOf, newDetail, withDetail } from "./draft";
import { TYPES } from "./wording";

interface DetailCardsProps {
  draft: CustomAction;
  /** Names that conversations know already: those stay when a label changes. */
  known: ReadonlySet<string>;
  faults: Faults;
  onChange(draft: CustomAction): void;
}

const readLines = (text: string) => entries(text, "\n");

export function DetailCards({ draft, known, faults, onChange }: DetailCardsProps) {
  const put = (fields: DetailField[]) => onChange({ ...draft, fields });
  const { fields } = draft;
  return (
    <>
      <ol className="detail-cards" aria-label="Details">
        {fields.map((detail, index) => (
          <li key={index} className="detail-card" aria-label={`Detail ${index + 1}`}>
            <header className="detail-card__head">
              <h3>{detail.label || `Detail ${index + 1}`}</h3>
              <IconButton
                label="Ask earlier"
                className="icon-button--small"
                disabled={index === 0}
                onClick={() => put(moved(fields, index, index - 1))}
              >
                <ArrowUp size={14} aria-hidden />
              </IconButton>
              <IconButton
                label="Ask later"
                className="icon-button--small"
                disabled={index === fields.length - 1}
                onClick={() => put(moved(fields, index, index + 1))}
              >
                <ArrowDown size={14} aria-hidden />
              </IconButton>
              <IconButton
                label="Remove this detail"
                className="icon-button--small"
                onClick={() => put(fields.filter((_, at) => at !== index))}
              >
                <Trash2 size={14} aria-hidden />
              </IconButton>
            </header>
            {faults[`fields.${index}`] && <p className="entry__fault">{faults[`fields.${index}`]}</p>}
            <Detail
              detail={detail}
              others={fields.filter((_, at) => at !== index)}
              named={known.has(detail.name)}
              fault={(key) => faults[`fields.${index}.${key}`]}
              onChange={(change) => onChange(withDetail(draft, index, change))}
            />
          </li>
        ))}
      </ol>
      <Button small onClick={() => put([...fields, newDetail(fields)])}>
        <Plus size={15} aria-hidden /> Ask for a detail
      </Button>
    </>
  );
}

interface DetailProps {
  detail: DetailField;
  others: readonly DetailField[];
  named: boolean;
  fault(key: string): string | undefined;
  onChange(change: Partial<DetailField>): void;
}

function Detail({ detail, others, named, fault, onChange }: DetailProps) {
  const ownName = named || detail.name !== nameOf(detail.label, others);
  const fresh = !detail.label && detail.name.startsWith("detail");
  return (
    <div className="entries">
      <TextEntry
        label="Label"
        value={detail.label}
        maxLength={60}
        placeholder="Order number"
        fault={fault("label")}
        onChange={(label) => onChange(ownName && !fresh ? { label } : { label, name: nameOf(label, others) })}
      />
      <ChoiceEntry<FieldType>
        label="Type"
        value={detail.type}
        choices={Object.entries(TYPES) as [FieldType, string][]}
        fault={fault("type")}
        onChange={(type) => onChange({ type })}
      />
      <TextEntry
        className="entry--wide"
        label="Question"
        value={detail.prompt}
        maxLength={300}
        placeholder="What is the order number? It is at the top of your order confirmation."
        fault={fault("prompt")}
        onChange={(prompt) => onChange({ prompt })}
      />
      {detail.type === "choice" && (
        <ListEntry
          className="entry--wide"
          label="Choices"
          hint="One per line."
          value={detail.choices}
          read={readLines}
          separator={"\n"}
          fault={fault("choices")}
          onChange={(choices) => onChange({ choices })}
        />
      )}
      {(detail.type === "pattern" || detail.pattern) && (
        <TextEntry
          className="entry--wide entry--code"
          label="Pattern"
          hint="A regular expression (RE2) that an answer has to match."
          value={detail.pattern}
          maxLength={200}
          placeholder="[A-Z]{2}-[0-9]{5}"
          fault={fault("pattern")}
          onChange={(pattern) => onChange({ pattern })}
        />
      )}
      <LongEntry
        className="entry--wide"
        label="What to say when the answer does not fit"
        value={detail.invalid}
        maxLength={300}
        placeholder="I could not read an order number in that. It looks like 104233."
        fault={fault("invalid")}
        onChange={(invalid) => onChange({ invalid })}
      />
      <TextEntry
        label="Placeholder in the form"
        value={detail.placeholder}
        maxLength={60}
        fault={fault("placeholder")}
        onChange={(placeholder) => onChange({ placeholder })}
      />
      <TextEntry
        className="entry--code"
        label="Name in data"
        value={detail.name}
        maxLength={40}
        fault={fault("name")}
        onChange={(name) => onChange({ name })}
      />
      <label className="entry--wide check">
        <Toggle checked={detail.required} onChange={(required) => onChange({ required })} label="Required" />
        {detail.required ? "Required in the form" : "Optional in the form"}
      </label>
    </div>
  );
}
