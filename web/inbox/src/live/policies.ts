/** The service policies, as they are now. */

import { type QueryClient, useQuery } from "@tanstack/react-query";
import { policyRoutes } from "../api/policies";

const LIST = ["policies"];

export function usePolicies() {
  return useQuery({ queryKey: LIST, queryFn: policyRoutes.list });
}

export async function policiesChanged(queries: QueryClient): Promise<void> {
  await queries.invalidateQueries({ queryKey: LIST });
}
