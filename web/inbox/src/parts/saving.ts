/** How editors save: what is wrong is said first, one save goes at a time, and a refusal stands at its fields. */

import { type FormEvent, useState } from "react";
import { type Faults, faultsFrom } from "../api/faults";
import { useFaults } from "./faults";
import { useUnsaved } from "./unsaved";

interface Saving<Saved> {
  /** Whether there is anything to save. */
  ready: boolean;
  /** Whether leaving would lose it. */
  unsaved: boolean;
  /** What can be said before the server is asked. */
  find(): Faults;
  send(): Promise<Saved>;
  /** What follows; it may lead to another page. */
  onSaved(now: Saved): Promise<void> | void;
  refusalOf?(problem: unknown): Faults;
}

export function useSaving<Saved>({ ready, unsaved, find, send, onSaved, refusalOf = faultsFrom }: Saving<Saved>) {
  const { faults, setFaults, form, recheck, refuse } = useFaults();
  const [busy, setBusy] = useState(false);
  const letGo = useUnsaved(unsaved);

  async function save(event: FormEvent) {
    event.preventDefault();
    if (!ready || busy) return;
    const found = find();
    if (Object.keys(found).length > 0) return refuse(found);
    setBusy(true);
    try {
      const now = await send();
      setFaults({});
      letGo();
      await onSaved(now);
    } catch (error) {
      refuse(refusalOf(error));
    } finally {
      setBusy(false);
    }
  }

  return {
    faults,
    setFaults,
    recheck,
    busy,
    /** Nothing here is worth a question any more: it is removed. */
    letGo,
    form: { ref: form, onSubmit: (event: FormEvent) => void save(event) },
  };
}
