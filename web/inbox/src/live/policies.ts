/** The service policies, as they are now. */

import { type QueryClient, useQuery } from "@tanstack/react-query";
import { type Policy, policyRoutes } from "../api/policies";

const LIST = ["policies"];

export function usePolicies() {
  return useQuery({ queryKey: LIST, queryFn: policyRoutes.list });
}

/** What the server has just answered is what is shown. */
export async function policyChanged(queries: QueryClient, now: Policy): Promise<void> {
  queries.setQueryData<Policy[]>(LIST, (known) => known && [...known.filter(({ id }) => id !== now.id), now]);
  await queries.invalidateQueries({ queryKey: LIST });
}

export async function policyRemoved(queries: QueryClient, id: string): Promise<void> {
  queries.setQueryData<Policy[]>(LIST, (known) => known?.filter((policy) => policy.id !== id));
  await queries.invalidateQueries({ queryKey: LIST });
}
