/** The faults of a form: shown when it is to be saved, and looked at anew while they are mended. */

import { useEffect, useRef, useState } from "react";
import type { Faults } from "../api/faults";

export function useFaults() {
  const [faults, setFaults] = useState<Faults>({});
  const form = useRef<HTMLFormElement>(null);
  const leads = useRef(false);
  // Once they are shown: what a server refuses may be on the screen later than the next frame.
  useEffect(() => {
    if (!leads.current) return;
    leads.current = false;
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [faults]);
  return {
    faults,
    setFaults,
    form,
    /** Once faults are shown, they go as they are mended, and come as they are made. */
    recheck(find: () => Faults) {
      setFaults((before) => (Object.keys(before).length > 0 ? find() : {}));
    },
    /** Shows them, and leads to the first. */
    refuse(found: Faults) {
      leads.current = true;
      setFaults(found);
    },
  };
}
