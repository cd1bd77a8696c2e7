import { AlertDialog } from "radix-ui";
import type { ReactNode } from "react";

interface ConfirmProps {
  trigger: ReactNode;
  title: string;
  children: ReactNode;
  confirm: string;
  onConfirm(): void;
}

/** Asks before something that cannot be taken back. */
export function Confirm({ trigger, title, children, confirm, onConfirm }: ConfirmProps) {
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger asChild>{trigger}</AlertDialog.Trigger>
      <AlertDialog.Portal>
        <AlertDialog.Overlay className="veil" />
        <AlertDialog.Content className="dialog">
          <AlertDialog.Title className="dialog__title">{title}</AlertDialog.Title>
          <AlertDialog.Description className="dialog__text">{children}</AlertDialog.Description>
          <div className="dialog__choices">
            <AlertDialog.Cancel className="button">Keep it</AlertDialog.Cancel>
            <AlertDialog.Action className="button button--primary" onClick={onConfirm}>
              {confirm}
            </AlertDialog.Action>
          </div>
        </AlertDialog.Content>
      </AlertDialog.Portal>
    </AlertDialog.Root>
  );
}
