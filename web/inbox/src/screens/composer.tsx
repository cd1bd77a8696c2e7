import { CircleAlert, CornerDownLeft, Lock, MessageSquareText, SendHorizontal, Sparkles } from "lucide-react";
import {
  type KeyboardEvent,
  type ReactNode,
  type Ref,
  useEffect,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import type { CannedReply } from "../api/canned-replies";
import { inbox } from "../api/inbox";
import type { Row } from "../api/wire";
import { draftOf, keepDraft } from "../live/drafts";
import { useLive } from "../live/live";
import type { Unsent } from "../live/outbox";
import { AgentAvatar, AssistantMark } from "../parts/avatar";
import { Button, IconButton, Key } from "../parts/button";
import { type Slash, filledIn, gapsIn, valuesIn } from "../text/canned";
import { serverClock } from "../text/clock";
import { firstName, visitorName } from "../text/names";
import { useActions } from "./actions";
import { PickerList, usePicker } from "./canned-picker";

export interface ComposerControls {
  reply(): void;
  note(): void;
}

interface ComposerProps {
  row: Row;
  wantsCaret: boolean;
  onTakeOver(): void;
  ref: Ref<ComposerControls>;
}

const TYPING_EVERY_MS = 2500;
const LONGEST_TEXT = 8000;

/** Says who speaks: a reply is offered only to whoever has the conversation; a note, to everybody and in its own colour. */
export function Composer({ row, wantsCaret, onTakeOver, ref }: ComposerProps) {
  const { me } = useLive();
  const mine = row.state === "human_owned" && row.owner?.id === me.id;
  const [noting, setNoting] = useState(false);
  const [asked, setAsked] = useState(0);

  useImperativeHandle(ref, () => ({
    reply: () => {
      setNoting(false);
      setAsked((times) => times + 1);
    },
    note: () => {
      setNoting(true);
      setAsked((times) => times + 1);
    },
  }));
  useEffect(() => {
    if (wantsCaret && mine) {
      setNoting(false);
      setAsked((times) => times + 1);
    }
  }, [wantsCaret, mine]);

  const kind = noting ? "note" : "message";
  return (
    <footer className={`composer composer--${noting ? "note" : mine ? "reply" : "closed"}`}>
      {(mine || noting) && (
        <div className="composer__tabs" role="tablist" aria-label="What you write">
          {mine && (
            <Tab selected={!noting} onSelect={() => setNoting(false)}>
              Reply
            </Tab>
          )}
          <Tab selected={noting} onSelect={() => setNoting(true)}>
            <Lock size={12} aria-hidden /> Private note
          </Tab>
          {!mine && (
            <Button small look="quiet" className="composer__cancel" onClick={() => setNoting(false)}>
              Cancel
            </Button>
          )}
        </div>
      )}
      {noting || mine ? (
        <Writing key={kind} row={row} kind={kind} asked={asked} />
      ) : (
        <NotMine
          row={row}
          asked={asked}
          onTakeOver={onTakeOver}
          onNote={() => {
            setNoting(true);
            setAsked((times) => times + 1);
          }}
        />
      )}
    </footer>
  );
}

function Tab(props: { selected: boolean; onSelect(): void; children: ReactNode }) {
  return (
    <button type="button" role="tab" className="composer__tab" aria-selected={props.selected} onClick={props.onSelect}>
      {props.children}
    </button>
  );
}

function NotMine(props: { row: Row; asked: number; onTakeOver(): void; onNote(): void }) {
  const { row, asked, onTakeOver, onNote } = props;
  const { me } = useLive();
  const actions = useActions();
  const take = useRef<HTMLButtonElement>(null);
  const askedBefore = useRef(asked);
  useEffect(() => {
    // Not on appearing: after a lost race, Enter must not take the conversation from whoever won it.
    if (asked !== askedBefore.current) take.current?.focus();
    askedBefore.current = asked;
  }, [asked]);
  const owner = row.owner;
  const [mark, words] = owner
    ? [
        <AgentAvatar key="a" id={owner.id} name={owner.name} />,
        `${owner.name} is answering ${visitorName(row.visitor)}.`,
      ]
    : row.state === "escalated"
      ? [<span key="s" className="avatar avatar--seat avatar--small" aria-hidden />, "Nobody has this yet."]
      : row.state === "resolved"
        ? [null, `Resolved. It opens again when ${visitorName(row.visitor)} writes.`]
        : [<AssistantMark key="m" />, "The assistant is answering."];
  return (
    <div className="composer__closed">
      <p className="composer__truth">
        {mark} {words}
      </p>
      <div className="composer__choices">
        <Button look="note" onClick={onNote}>
          <Lock size={14} aria-hidden /> Private note
        </Button>
        {owner ? (
          <Button ref={take} onClick={() => void actions.passToAgent(row, { id: me.id, name: me.name })}>
            Take it from {firstName(owner.name)}
          </Button>
        ) : (
          row.state !== "resolved" && (
            <Button ref={take} look="primary" onClick={onTakeOver}>
              Take over <Key>A</Key>
            </Button>
          )
        )}
      </div>
    </div>
  );
}

function Writing({ row, kind, asked }: { row: Row; kind: Unsent["kind"]; asked: number }) {
  const { me, outbox } = useLive();
  const actions = useActions();
  const [text, setText] = useState(() => draftOf(row.id, kind));
  const [caret, setCaret] = useState<number | null>(null);
  const [heldBack, setHeldBack] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  const selecting = useRef<{ from: number; to: number } | null>(null);
  const typedAt = useRef(0);
  const note = kind === "note";
  const name = visitorName(row.visitor);
  const valueOf = valuesIn(row, me.name);
  const gaps = gapsIn(text);
  const picker = usePicker({ text, caret, onChoose: insert });

  useEffect(() => {
    if (asked === 0) return;
    area.current?.focus();
    const end = area.current?.value.length ?? 0;
    area.current?.setSelectionRange(end, end);
  }, [asked]);
  useLayoutEffect(() => {
    if (selecting.current) select(selecting.current);
    selecting.current = null;
  });

  function select({ from, to }: { from: number; to: number }) {
    area.current?.focus();
    area.current?.setSelectionRange(from, to);
    setCaret(from === to ? to : null);
  }

  function write(next: string) {
    setText(next);
    keepDraft(row.id, kind, next);
    if (gapsIn(next).length === 0) setHeldBack(false);
    if (note || !next.trim() || Date.now() - typedAt.current < TYPING_EVERY_MS) return;
    typedAt.current = Date.now();
    inbox.typing(row.id).catch(() => undefined); // a courtesy; nothing depends on it
  }

  /** In the place of the slash. What could not be filled in is selected, for the agent to write over. */
  function insert(reply: CannedReply, { from }: Slash) {
    const filled = filledIn(reply.text, valueOf);
    const after = text.slice(caret ?? text.length);
    const [gap] = gapsIn(filled);
    const end = from + filled.length;
    selecting.current = gap ? { from: from + gap.from, to: from + gap.to } : { from: end, to: end };
    write((text.slice(0, from) + filled + after).slice(0, LONGEST_TEXT));
  }

  /** For whoever has no slash at hand: writes one, where a line begins. */
  function offerReplies() {
    const before = text === "" || text.endsWith("\n") ? text : `${text}\n`;
    selecting.current = { from: before.length + 1, to: before.length + 1 };
    write(`${before}/`);
  }

  function send() {
    const said = text.trim();
    if (!said) return;
    if (gaps[0]) {
      select(gaps[0]);
      setHeldBack(true);
      return;
    }
    sendAsItIs(said);
  }

  function sendAsItIs(said: string) {
    outbox.add(row.id, kind, said, new Date(serverClock.now()).toISOString());
    write("");
    setHeldBack(false);
    typedAt.current = 0;
    area.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    if (picker.onKeyDown(event)) return;
    if (event.key === "Escape") area.current?.blur();
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  }

  return (
    <div className="composer__writing">
      <PickerList picker={picker} valueOf={valueOf} />
      <textarea
        ref={area}
        className="composer__text"
        aria-label={note ? "Private note" : `Reply to ${name}`}
        placeholder={note ? "Only your team sees this" : `Write to ${name}`}
        rows={2}
        maxLength={LONGEST_TEXT}
        dir="auto"
        value={text}
        onChange={(event) => {
          setCaret(event.target.selectionStart);
          write(event.target.value);
        }}
        onSelect={({ currentTarget: { selectionStart, selectionEnd } }) =>
          setCaret(selectionStart === selectionEnd ? selectionStart : null)
        }
        onBlur={() => setCaret(null)}
        onKeyDown={onKeyDown}
        {...picker.ties}
      />
      <Gaps tokens={gaps.map(({ token }) => token)} heldBack={heldBack} onSend={() => sendAsItIs(text.trim())} />
      <div className="composer__under">
        {note ? (
          <span className="composer__who">{name} never sees this.</span>
        ) : (
          <Button small look="quiet" onClick={() => void actions.returnToAssistant(row)}>
            <Sparkles size={14} aria-hidden /> Return to the assistant
          </Button>
        )}
        <span className="composer__hint">
          <CornerDownLeft size={12} aria-hidden /> sends
        </span>
        {picker.any && (
          <IconButton label="Canned replies" className="icon-button--small composer__canned" onClick={offerReplies}>
            <MessageSquareText size={16} aria-hidden />
          </IconButton>
        )}
        <Button look={note ? "note" : "primary"} disabled={!text.trim()} onClick={send}>
          {note ? (
            <>
              <Lock size={14} aria-hidden /> Add note
            </>
          ) : (
            <>
              <SendHorizontal size={15} aria-hidden /> Send
            </>
          )}
        </Button>
      </div>
    </div>
  );
}

/** What a canned reply has left for the agent to fill in: said while it is so, and aloud where that was to be sent. */
function Gaps(props: { tokens: readonly string[]; heldBack: boolean; onSend(): void }) {
  const { tokens, heldBack, onSend } = props;
  const named = [...new Set(tokens)].join(", ");
  return (
    <div className="composer__gaps" role="alert" hidden={tokens.length === 0}>
      {tokens.length > 0 && (
        <>
          <CircleAlert size={15} aria-hidden />
          <span>
            {heldBack ? "Not sent yet: fill in " : "Fill in before you send: "}
            <code>{named}</code>
          </span>
          {heldBack && (
            <Button small look="quiet" onClick={onSend}>
              Send as it is
            </Button>
          )}
        </>
      )}
    </div>
  );
}
