import { X } from "lucide-react";
import { Toast } from "radix-ui";
import { createContext, type ReactNode, use, useCallback, useMemo, useState } from "react";

interface Shown {
  id: number;
  /** Whom it is about; one message about each is enough. */
  about: string;
  title: string;
  text: string;
  waiting: boolean;
  action?: { label: string; run(): void };
}

export interface Toasts {
  say(title: string, text?: string): void;
  /** Somebody waits: amber, longer, with a way to them. */
  call(about: string, title: string, text: string, action: { label: string; run(): void }): void;
  /** Takes back what was called about somebody who waits no longer. */
  settle(about: string): void;
}

const ToastContext = createContext<Toasts | null>(null);

export function useToasts(): Toasts {
  const toasts = use(ToastContext);
  if (!toasts) throw new Error("useToasts belongs inside a ToastProvider");
  return toasts;
}

const SHOWN_AT_MOST = 3;
let lastId = 0;

export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Shown[]>([]);
  const add = useCallback((toast: Omit<Shown, "id">) => {
    setShown((before) => {
      const others = before.filter((other) => !toast.about || other.about !== toast.about);
      return [...others, { ...toast, id: ++lastId }].slice(-SHOWN_AT_MOST);
    });
  }, []);
  const toasts = useMemo<Toasts>(
    () => ({
      say: (title, text = "") => add({ about: "", title, text, waiting: false }),
      call: (about, title, text, action) => add({ about, title, text, waiting: true, action }),
      settle: (about) => setShown((before) => before.filter((toast) => toast.about !== about)),
    }),
    [add],
  );
  const close = (id: number) => setShown((before) => before.filter((toast) => toast.id !== id));
  return (
    <ToastContext value={toasts}>
      <Toast.Provider swipeDirection="right" label="Message">
        {children}
        {shown.map((toast) => (
          <Toast.Root
            key={toast.id}
            className={`toast${toast.waiting ? " toast--waiting" : ""}`}
            duration={toast.waiting ? 12_000 : 5000}
            onOpenChange={(open) => !open && close(toast.id)}
          >
            <div className="toast__words">
              <Toast.Title className="toast__title">{toast.title}</Toast.Title>
              {toast.text && <Toast.Description className="toast__text">{toast.text}</Toast.Description>}
            </div>
            {toast.action && (
              <Toast.Action asChild altText={toast.action.label}>
                <button type="button" className="button button--small" onClick={toast.action.run}>
                  {toast.action.label}
                </button>
              </Toast.Action>
            )}
            <Toast.Close className="icon-button icon-button--small" aria-label="Dismiss">
              <X size={14} aria-hidden />
            </Toast.Close>
          </Toast.Root>
        ))}
        <Toast.Viewport className="toasts" />
      </Toast.Provider>
    </ToastContext>
  );
}
