import { useQuery, useQueryClient } from "@tanstack/react-query";
import { GraduationCap, ThumbsDown, ThumbsUp } from "lucide-react";
import { Popover } from "radix-ui";
import { useState } from "react";
import { actionRoutes, type CustomAction } from "../../api/actions";
import { Problem } from "../../api/client";
import { useLive } from "../../live/live";
import { Button, Hint } from "../../parts/button";
import { useToasts } from "../../parts/toast";
import { LONGEST_LINE } from "./draft";
import { actionsChanged, useCustomActions } from "./queries";
import { points } from "./wording";

/** On a visitor's message, for admins: which action this should have started, and which not. */
export function Teach({ text }: { text: string }) {
  const { me } = useLive();
  const [open, setOpen] = useState(false);
  if (me.role !== "admin") return null;
  return (
    <Popover.Root open={open} onOpenChange={setOpen}>
      <Hint text="Teach an action">
        <Popover.Trigger asChild>
          <button type="button" className="icon-button icon-button--small teach__open" aria-label="Teach an action">
            <GraduationCap size={15} aria-hidden />
          </button>
        </Popover.Trigger>
      </Hint>
      <Popover.Portal>
        <Popover.Content
          className="passage teach"
          align="start"
          sideOffset={6}
          collisionPadding={12}
          aria-label="Teach"
        >
          <Lesson text={text} onDone={() => setOpen(false)} />
        </Popover.Content>
      </Popover.Portal>
    </Popover.Root>
  );
}

function Lesson({ text, onDone }: { text: string; onDone(): void }) {
  const queries = useQueryClient();
  const toasts = useToasts();
  const [sentence, setSentence] = useState(text.replace(/\s+/gu, " ").trim().slice(0, LONGEST_LINE));
  const [busy, setBusy] = useState(false);
  const actions = useCustomActions();
  const match = useQuery({ queryKey: ["action-match", text], queryFn: () => actionRoutes.match(text) });

  async function teach(action: CustomAction, shouldStart: boolean) {
    setBusy(true);
    try {
      await actionRoutes.teach(action.id, sentence, shouldStart);
      const now = await actionRoutes.match(sentence);
      toasts.say(
        `${action.name} learned this as ${shouldStart ? "an example" : "a counterexample"}`,
        now.action === null ? "The sentence starts nothing now." : `The sentence starts “${now.action}” now.`,
      );
      onDone();
    } catch (error) {
      toasts.say("That did not work", error instanceof Problem ? error.message : "");
      setBusy(false);
    }
    await actionsChanged(queries);
  }

  const found = match.data;
  return (
    <>
      <h4>Should this have triggered an action?</h4>
      <textarea
        className="teach__sentence"
        aria-label="Sentence"
        rows={2}
        maxLength={LONGEST_LINE}
        value={sentence}
        onChange={(event) => setSentence(event.target.value)}
      />
      <p className="teach__now">
        {found &&
          (found.action === null
            ? `Starts nothing now: ${points(found.score)}, and ${points(found.threshold)} is needed.`
            : `Starts “${found.action}” now, with ${points(found.score)}.`)}
      </p>
      {actions.isError && <p className="teach__now">The actions could not be read.</p>}
      <ul className="teach__actions">
        {actions.data?.map((action) => (
          <li key={action.id}>
            <span>{action.name}</span>
            <Button
              small
              disabled={busy || !sentence.trim()}
              aria-label={`Yes, this should have triggered ${action.name}`}
              title="This should have triggered it"
              onClick={() => void teach(action, true)}
            >
              <ThumbsUp size={14} aria-hidden /> Yes
            </Button>
            <Button
              small
              disabled={busy || !sentence.trim()}
              aria-label={`No, this should not have triggered ${action.name}`}
              title="This should not have triggered it"
              onClick={() => void teach(action, false)}
            >
              <ThumbsDown size={14} aria-hidden /> No
            </Button>
          </li>
        ))}
      </ul>
    </>
  );
}
