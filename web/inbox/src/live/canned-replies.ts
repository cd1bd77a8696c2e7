/** The canned replies, as they are now. */

import { type QueryClient, useQuery } from "@tanstack/react-query";
import { type CannedReply, cannedReplyRoutes } from "../api/canned-replies";

const LIST = ["canned-replies"];

export function useCannedReplies() {
  return useQuery({ queryKey: LIST, queryFn: cannedReplyRoutes.list, staleTime: 60_000 });
}

/** What the server has just answered is what is shown. */
export async function cannedReplyChanged(queries: QueryClient, now: CannedReply): Promise<void> {
  queries.setQueryData<CannedReply[]>(LIST, (known) => known && [...known.filter(({ id }) => id !== now.id), now]);
  await queries.invalidateQueries({ queryKey: LIST });
}

export async function cannedReplyRemoved(queries: QueryClient, id: string): Promise<void> {
  queries.setQueryData<CannedReply[]>(LIST, (known) => known?.filter((reply) => reply.id !== id));
  await queries.invalidateQueries({ queryKey: LIST });
}
