/** Canned replies above the composer: those that fit what is typed after a slash, to choose one from. */

import { type HTMLAttributes, type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import type { CannedReply } from "../api/canned-replies";
import { useCannedReplies } from "../live/canned-replies";
import { useLive } from "../live/live";
import { useTeamName } from "../live/queries";
import { type Slash, type ValueOf, filledIn, matching, slashAt } from "../text/canned";

interface PickerUse {
  text: string;
  /** Null while nobody writes there. */
  caret: number | null;
  onChoose(reply: CannedReply, slash: Slash): void;
}

export interface Picker {
  listId: string;
  found: readonly CannedReply[];
  active: number;
  /** Whether there is any to choose at all. */
  any: boolean;
  look(index: number): void;
  choose(reply: CannedReply): void;
  /** True where the key was for the list. */
  onKeyDown(event: KeyboardEvent): boolean;
  /** Not the role `combobox`, which HTML does not allow a textarea: a text box may have a list of suggestions too. */
  ties: HTMLAttributes<HTMLTextAreaElement>;
}

const NOWHERE = { query: "", index: 0 };

export function usePicker({ text, caret, onChoose }: PickerUse): Picker {
  const { me } = useLive();
  const { data: replies = [] } = useCannedReplies();
  const listId = useId();
  const [looked, setLooked] = useState(NOWHERE);
  /** Where the slash stands that is to be nothing but a slash. */
  const [left, setLeft] = useState<number | null>(null);
  const slash = caret === null ? null : slashAt(text, caret);
  const found = slash && slash.from !== left ? matching(replies, slash.query, me.teams) : [];
  const active = slash && looked.query === slash.query ? Math.min(looked.index, found.length - 1) : 0;
  const writing = caret !== null;
  const slashed = slash !== null;

  useEffect(() => {
    if (writing && !slashed) setLeft(null);
  }, [writing, slashed]);

  const look = (index: number) => slash && setLooked({ query: slash.query, index });
  const choose = (reply: CannedReply) => {
    if (slash) onChoose(reply, slash);
  };

  function onKeyDown(event: KeyboardEvent): boolean {
    const chosen = found[active];
    if (!slash || !chosen || event.nativeEvent.isComposing || event.ctrlKey || event.metaKey || event.altKey)
      return false;
    if (event.key === "ArrowDown") look((active + 1) % found.length);
    else if (event.key === "ArrowUp") look((active + found.length - 1) % found.length);
    else if (event.key === "Escape") setLeft(slash.from);
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) choose(chosen);
    else return false;
    event.preventDefault();
    return true;
  }

  const open = found.length > 0;
  return {
    listId,
    found,
    active,
    any: replies.length > 0,
    look,
    choose,
    onKeyDown,
    ties: {
      "aria-autocomplete": "list",
      "aria-haspopup": "listbox",
      "aria-controls": open ? listId : undefined,
      "aria-activedescendant": open ? optionId(listId, active) : undefined,
    },
  };
}

const optionId = (listId: string, index: number) => `${listId}-${index}`;

export function PickerList({ picker, valueOf }: { picker: Picker; valueOf: ValueOf }) {
  const { listId, found, active } = picker;
  const teamName = useTeamName();
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.children[active]?.scrollIntoView({ block: "nearest" });
  }, [active, found.length]);
  const count = found.length === 1 ? "1 canned reply" : `${found.length} canned replies`;
  return (
    <>
      <span className="unseen" role="status">
        {found.length > 0 && `${count}. Arrow keys choose, Enter inserts, Escape leaves the slash.`}
      </span>
      {found.length > 0 && (
        // The caret stays where it is, whatever is clicked here.
        <div className="picker" onMouseDown={(event) => event.preventDefault()}>
          <ul ref={list} className="picker__list" role="listbox" id={listId} aria-label="Canned replies">
            {found.map((reply, index) => (
              <li
                key={reply.id}
                id={optionId(listId, index)}
                className={`picker__item${index === active ? " is-active" : ""}`}
                role="option"
                aria-selected={index === active}
                onMouseMove={() => index !== active && picker.look(index)}
                onClick={() => picker.choose(reply)}
              >
                <span className="picker__title">{reply.title}</span>
                <span className="picker__what">
                  {reply.team && `${teamName(reply.team)} · `}
                  <code>/{reply.shortcut}</code>
                </span>
                <span className="picker__text">{filledIn(reply.text, valueOf)}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}
