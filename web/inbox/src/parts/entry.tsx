import { CircleAlert } from "lucide-react";
import { type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes, useId, useState } from "react";

interface EntryProps {
  label: string;
  hint?: ReactNode;
  fault?: string;
  className?: string;
}

/** What ties an input to its label, hint and fault. */
interface Ties {
  id: string;
  "aria-describedby": string | undefined;
  "aria-invalid": boolean | undefined;
}

export function Entry(props: EntryProps & { children(ties: Ties): ReactNode }) {
  const { label, hint, fault, className = "" } = props;
  const id = useId();
  const described = [hint && `${id}-hint`, fault && `${id}-fault`].filter(Boolean).join(" ") || undefined;
  return (
    <div className={`entry ${className}`}>
      <label htmlFor={id}>{label}</label>
      {hint && (
        <p className="entry__hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {props.children({ id, "aria-describedby": described, "aria-invalid": fault ? true : undefined })}
      {fault && (
        <p className="entry__fault" id={`${id}-fault`}>
          <CircleAlert size={14} aria-hidden /> {fault}
        </p>
      )}
    </div>
  );
}

interface TextEntryProps extends EntryProps {
  value: string;
  onChange(value: string): void;
  placeholder?: string;
  maxLength?: number;
}

export function TextEntry({ value, onChange, placeholder, maxLength, ...entry }: TextEntryProps) {
  return (
    <Entry {...entry}>
      {(ties) => (
        <input
          {...ties}
          value={value}
          placeholder={placeholder}
          maxLength={maxLength}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Entry>
  );
}

export function LongEntry({ value, onChange, placeholder, maxLength, ...entry }: TextEntryProps) {
  return (
    <Entry {...entry}>
      {(ties) => (
        <Lines
          {...ties}
          value={value}
          placeholder={placeholder}
          maxLength={maxLength}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Entry>
  );
}

interface ListEntryProps extends EntryProps {
  value: readonly string[];
  onChange(value: string[]): void;
  read(text: string): string[];
  separator: string;
  placeholder?: string;
}

/** Several values in one text. What is being typed stays as it is, blank lines and all, while it means the same. */
export function ListEntry({ value, onChange, read, separator, placeholder, ...entry }: ListEntryProps) {
  const [typed, setTyped] = useState("");
  const same = JSON.stringify(read(typed)) === JSON.stringify(value);
  return (
    <Entry {...entry}>
      {(ties) => (
        <Lines
          {...ties}
          value={same ? typed : value.join(separator)}
          placeholder={placeholder}
          onChange={(event) => {
            setTyped(event.target.value);
            onChange(read(event.target.value));
          }}
        />
      )}
    </Entry>
  );
}

function Lines(props: TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return <textarea rows={1} {...props} />;
}

interface ChoiceEntryProps<T extends string> extends EntryProps {
  value: T;
  choices: readonly (readonly [T, string])[];
  onChange(value: T): void;
}

export function ChoiceEntry<T extends string>({ value, choices, onChange, ...entry }: ChoiceEntryProps<T>) {
  return (
    <Entry {...entry}>
      {(ties) => (
        <Choices {...ties} value={value} onChange={(event) => onChange(event.target.value as T)}>
          {choices.map(([choice, name]) => (
            <option key={choice} value={choice}>
              {name}
            </option>
          ))}
        </Choices>
      )}
    </Entry>
  );
}

function Choices(props: SelectHTMLAttributes<HTMLSelectElement>) {
  return <select {...props} />;
}
