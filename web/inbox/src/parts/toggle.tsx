import { Switch } from "radix-ui";

export function Toggle(props: { checked: boolean; label: string; onChange(checked: boolean): void }) {
  return (
    <Switch.Root className="switch" checked={props.checked} onCheckedChange={props.onChange} aria-label={props.label}>
      <Switch.Thumb className="switch__thumb" />
    </Switch.Root>
  );
}
