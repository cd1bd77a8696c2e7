import { Check } from "lucide-react";
import { DropdownMenu } from "radix-ui";
import type { ReactNode } from "react";

export function Menu({ trigger, label, children }: { trigger: ReactNode; label: string; children: ReactNode }) {
  return (
    <DropdownMenu.Root modal={false}>
      <DropdownMenu.Trigger asChild>{trigger}</DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content className="menu" align="end" sideOffset={6} collisionPadding={8} loop aria-label={label}>
          {children}
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu.Root>
  );
}

export function MenuItem(props: { icon?: ReactNode; hint?: ReactNode; onSelect(): void; children: ReactNode }) {
  return (
    <DropdownMenu.Item className="menu__item" onSelect={props.onSelect}>
      <span className="menu__icon">{props.icon}</span>
      <span className="menu__name">{props.children}</span>
      {props.hint && <span className="menu__hint">{props.hint}</span>}
    </DropdownMenu.Item>
  );
}

/** One that is on or off. The menu stays open, so that one sees what was chosen. */
export function MenuCheck(props: {
  checked: boolean;
  disabled?: boolean;
  onChange(checked: boolean): void;
  children: ReactNode;
}) {
  return (
    <DropdownMenu.CheckboxItem
      className="menu__item"
      checked={props.checked}
      disabled={props.disabled}
      onCheckedChange={props.onChange}
      onSelect={(event) => event.preventDefault()}
    >
      <span className="menu__icon">
        <DropdownMenu.ItemIndicator>
          <Check size={15} aria-hidden />
        </DropdownMenu.ItemIndicator>
      </span>
      <span className="menu__name">{props.children}</span>
    </DropdownMenu.CheckboxItem>
  );
}

export function MenuLabel({ children }: { children: ReactNode }) {
  return <DropdownMenu.Label className="menu__label">{children}</DropdownMenu.Label>;
}

export function MenuLine() {
  return <DropdownMenu.Separator className="menu__line" />;
}

export function MenuChoice<T extends string>(props: {
  value: T;
  choices: readonly { value: T; label: string }[];
  onChange(value: T): void;
}) {
  return (
    <DropdownMenu.RadioGroup value={props.value} onValueChange={(value) => props.onChange(value as T)}>
      {props.choices.map((choice) => (
        <DropdownMenu.RadioItem key={choice.value} value={choice.value} className="menu__item">
          <span className="menu__icon">
            <DropdownMenu.ItemIndicator>
              <Check size={15} aria-hidden />
            </DropdownMenu.ItemIndicator>
          </span>
          <span className="menu__name">{choice.label}</span>
        </DropdownMenu.RadioItem>
      ))}
    </DropdownMenu.RadioGroup>
  );
}
