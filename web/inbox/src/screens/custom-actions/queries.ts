import { type QueryClient, useQuery } from "@tanstack/react-query";
import { actionRoutes } from "../../api/actions";

export function useCustomActions() {
  return useQuery({ queryKey: ["custom-actions"], queryFn: actionRoutes.list });
}

export function useVersions(actionId: string) {
  return useQuery({ queryKey: ["action-versions", actionId], queryFn: () => actionRoutes.versions(actionId) });
}

/** After any change of actions: all that was read of them is old. */
export async function actionsChanged(queries: QueryClient): Promise<void> {
  const old = ["custom-actions", "action-versions", "action-match"];
  await Promise.all(old.map((name) => queries.invalidateQueries({ queryKey: [name] })));
}
