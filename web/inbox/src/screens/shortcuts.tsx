import { X } from "lucide-react";
import { Dialog } from "radix-ui";

const KEYS: readonly (readonly [string, readonly string[]])[] = [
  ["Next conversation", ["J"]],
  ["Previous conversation", ["K"]],
  ["Open", ["Enter"]],
  ["Take over", ["A"]],
  ["Reply", ["R", "Alt L"]],
  ["Private note", ["Alt P"]],
  ["Resolve", ["Alt E"]],
  ["Send", ["Enter", "Ctrl Enter"]],
  ["New line", ["Shift Enter"]],
  ["Canned replies, where a line begins", ["/"]],
  ["These keys", ["?"]],
];

export function Shortcuts(props: { open: boolean; onOpenChange(open: boolean): void }) {
  return (
    <Dialog.Root {...props}>
      <Dialog.Portal>
        <Dialog.Overlay className="veil" />
        <Dialog.Content className="dialog" aria-describedby={undefined}>
          <header className="dialog__head">
            <Dialog.Title>Keyboard shortcuts</Dialog.Title>
            {/* It has the focus first. A hint on it would take the Escape that is meant for the dialog. */}
            <Dialog.Close className="icon-button" aria-label="Close">
              <X size={16} aria-hidden />
            </Dialog.Close>
          </header>
          <dl className="keys">
            {KEYS.map(([what, keys]) => (
              <div key={what}>
                <dt>{what}</dt>
                <dd>
                  {keys.map((key) => (
                    <kbd key={key} className="key">
                      {key}
                    </kbd>
                  ))}
                </dd>
              </div>
            ))}
          </dl>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
