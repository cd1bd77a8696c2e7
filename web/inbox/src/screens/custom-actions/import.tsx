import { useQueryClient } from "@tanstack/react-query";
import { FileUp, X } from "lucide-react";
import { Dialog } from "radix-ui";
import { useState } from "react";
import { type ActionPlan, actionRoutes } from "../../api/actions";
import { Problem } from "../../api/client";
import { Button, IconButton } from "../../parts/button";
import { useToasts } from "../../parts/toast";
import { Plan } from "./differences";
import { actionsChanged } from "./queries";

interface Planned {
  yaml: string;
  fileName: string;
  plan: ActionPlan;
}

export function ImportDialog(props: { open: boolean; onOpenChange(open: boolean): void }) {
  const queries = useQueryClient();
  const toasts = useToasts();
  const [planned, setPlanned] = useState<Planned | null>(null);
  const [problems, setProblems] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);

  function close(open: boolean) {
    setPlanned(null);
    setProblems([]);
    props.onOpenChange(open);
  }

  async function attempt(work: () => Promise<void>) {
    setBusy(true);
    setProblems([]);
    try {
      await work();
    } catch (error) {
      setProblems(problemsOf(error));
    } finally {
      setBusy(false);
    }
  }

  const look = (yaml: string, fileName: string) =>
    attempt(async () => {
      setPlanned(null);
      setPlanned({ yaml, fileName, plan: await actionRoutes.plan(yaml) });
    });

  const apply = ({ yaml, fileName, plan }: Planned) =>
    attempt(async () => {
      try {
        await actionRoutes.apply(yaml, plan.basis);
      } catch (error) {
        if (!(error instanceof Problem) || error.code !== "plan_outdated") throw error;
        setPlanned({ yaml, fileName, plan: await actionRoutes.plan(yaml) });
        setProblems(["Somebody changed the actions in the meantime. This is what the file would change now."]);
        return;
      }
      await actionsChanged(queries);
      toasts.say("Imported", "The actions are those of the file.");
      close(false);
    });

  const plan = planned?.plan;
  const nothing = plan && !plan.created.length && !plan.changed.length && !plan.deleted.length && !plan.order.length;
  return (
    <Dialog.Root open={props.open} onOpenChange={close}>
      <Dialog.Portal>
        <Dialog.Overlay className="veil" />
        <Dialog.Content className="dialog dialog--wide">
          <header className="dialog__head">
            <Dialog.Title>Import actions</Dialog.Title>
            <Dialog.Close asChild>
              <IconButton label="Close">
                <X size={16} aria-hidden />
              </IconButton>
            </Dialog.Close>
          </header>
          <Dialog.Description className="dialog__text">
            The actions become those of the file, in its order; others are deleted. You see what changes before it does.
          </Dialog.Description>
          <label className="pick">
            <FileUp size={16} aria-hidden />
            <span>{planned?.fileName ?? "Choose a YAML file"}</span>
            <input
              type="file"
              accept=".yaml,.yml"
              aria-label="YAML file"
              disabled={busy}
              onChange={(event) => {
                const file = event.target.files?.[0];
                event.target.value = ""; // the same file, mended, can be chosen again
                if (file) void file.text().then((yaml) => look(yaml, file.name));
              }}
            />
          </label>
          {problems.length > 0 && (
            <ul className="faults" role="alert">
              {problems.map((problem) => (
                <li key={problem}>{problem}</li>
              ))}
            </ul>
          )}
          {plan && <Plan plan={plan} />}
          {nothing && <p className="dialog__text">The file is what is here already.</p>}
          <div className="dialog__choices">
            <Dialog.Close className="button">Cancel</Dialog.Close>
            <Button
              look="primary"
              disabled={!planned || nothing || busy}
              onClick={() => planned && void apply(planned)}
            >
              Apply
            </Button>
          </div>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

function problemsOf(error: unknown): string[] {
  if (!(error instanceof Problem)) return ["That did not work. Please try again."];
  const errors = error.extra.errors as { msg: string }[] | undefined;
  return errors?.map(({ msg }) => msg) ?? [error.message];
}
