import { AlertDialog } from "radix-ui";
import type { ReactNode } from "react";

interface QuestionProps extends Pick<AlertDialog.AlertDialogContentProps, "onOpenAutoFocus" | "onCloseAutoFocus"> {
  title: string;
  children: ReactNode;
  /** What the answer says that leaves everything as it is. */
  refuse: string;
  confirm: string;
  onConfirm(): void;
}

/** A question with two answers; it has the focus until one is given. */
export function Question({ title, children, refuse, confirm, onConfirm, ...content }: QuestionProps) {
  return (
    <AlertDialog.Portal>
      <AlertDialog.Overlay className="veil" />
      <AlertDialog.Content className="dialog" {...content}>
        <AlertDialog.Title className="dialog__title">{title}</AlertDialog.Title>
        <AlertDialog.Description className="dialog__text">{children}</AlertDialog.Description>
        <div className="dialog__choices">
          <AlertDialog.Cancel className="button">{refuse}</AlertDialog.Cancel>
          <AlertDialog.Action className="button button--primary" onClick={onConfirm}>
            {confirm}
          </AlertDialog.Action>
        </div>
      </AlertDialog.Content>
    </AlertDialog.Portal>
  );
}

/** Asks before something that cannot be taken back. */
export function Confirm({ trigger, ...question }: { trigger: ReactNode } & Omit<QuestionProps, "refuse">) {
  return (
    <AlertDialog.Root>
      <AlertDialog.Trigger asChild>{trigger}</AlertDialog.Trigger>
      <Question refuse="Keep it" {...question} />
    </AlertDialog.Root>
  );
}
