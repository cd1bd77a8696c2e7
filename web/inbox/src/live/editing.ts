/** One of a list that admins keep, while it is being written: changed, saved, given up, removed. */

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import type { Faults } from "../api/faults";
import { useSaving } from "../parts/saving";
import { useToasts } from "../parts/toast";
import { wordsFor } from "./sources";

/** What is written here, and where it goes. */
export interface Kind<Body, Saved> {
  /** What a new one begins with: all that can be changed. */
  fresh: Body;
  nameOf(one: Body): string;
  /** The page with all of them. */
  list: string;
  routes: {
    create(body: Body): Promise<Saved>;
    replace(id: string, body: Body): Promise<Saved>;
    remove(id: string): Promise<void>;
  };
  /** What can be said before the server is asked. */
  faultsOf(draft: Body): Faults;
  refusalOf(problem: unknown): Faults;
  changed(queries: QueryClient, now: Saved): Promise<void>;
  removed(queries: QueryClient, id: string): Promise<void>;
}

export function differs<Body extends object>(draft: Body, known: Body, fresh: Body): boolean {
  return (Object.keys(fresh) as (keyof Body)[]).some((key) => draft[key] !== known[key]);
}

/** `saved` is null for a new one; `onSaved` says so, and may lead to another page. */
export function useEditing<Body extends object, Saved extends Body & { id: string }>(
  kind: Kind<Body, Saved>,
  saved: Saved | null,
  onSaved: (now: Saved) => void,
) {
  const queries = useQueryClient();
  const toasts = useToasts();
  const [, navigate] = useLocation();
  // Only what was changed here: the rest may change at the server meanwhile.
  const [changes, setChanges] = useState<Partial<Body>>({});
  const known: Body = saved ?? kind.fresh;
  const draft: Body = { ...known, ...changes };
  const dirty = differs(draft, known, kind.fresh);
  const { setFaults, recheck, letGo, ...saving } = useSaving({
    ready: dirty,
    unsaved: dirty,
    find: () => kind.faultsOf(draft),
    send: () => (saved ? kind.routes.replace(saved.id, draft) : kind.routes.create(draft)),
    onSaved: async (now) => {
      const changed = kind.changed(queries, now);
      setChanges({});
      onSaved(now);
      await changed;
    },
    refusalOf: kind.refusalOf,
  });

  return {
    ...saving,
    draft,
    dirty,
    set(change: Partial<Body>) {
      setChanges({ ...changes, ...change });
      recheck(() => kind.faultsOf({ ...draft, ...change }));
    },
    discard() {
      setChanges({});
      setFaults({});
    },
    async remove(one: Saved) {
      const name = kind.nameOf(one);
      try {
        await kind.routes.remove(one.id);
      } catch (error) {
        setFaults({ "": `${name} is still there. ${wordsFor(error)}` });
        return;
      }
      letGo();
      navigate(kind.list);
      toasts.say(`Removed ${name}`);
      await kind.removed(queries, one.id);
    },
  };
}
