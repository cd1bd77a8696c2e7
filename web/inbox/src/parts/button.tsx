import { Tooltip } from "radix-ui";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: "plain" | "primary" | "note" | "quiet";
  small?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function Button({ look = "plain", small, className = "", ...rest }: ButtonProps) {
  const classes = ["button", look !== "plain" && `button--${look}`, small && "button--small", className];
  return <button type="button" className={classes.filter(Boolean).join(" ")} {...rest} />;
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  label: string;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ label, children, className = "", ...rest }: IconButtonProps) {
  return (
    <Hint text={label}>
      <button type="button" className={`icon-button ${className}`} aria-label={label} {...rest}>
        {children}
      </button>
    </Hint>
  );
}

export function Hint({ text, children }: { text: string; children: ReactNode }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger asChild>{children}</Tooltip.Trigger>
      <Tooltip.Portal>
        <Tooltip.Content className="hint" sideOffset={6} collisionPadding={8}>
          {text}
        </Tooltip.Content>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}

export function Key({ children }: { children: ReactNode }) {
  return (
    <kbd className="key" aria-hidden>
      {children}
    </kbd>
  );
}
