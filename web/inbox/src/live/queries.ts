/** What is read from the API and kept, besides the live rows and logs. */

import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { inbox } from "../api/inbox";
import { waits } from "../api/waits";
import type { ConversationContext, Counts, Row } from "../api/wire";
import { useLive, useRows } from "./live";
import { type Sort, type View, belongs, compare } from "./views";

export function useCounts() {
  return useQuery<Counts>({ queryKey: ["counts"], queryFn: inbox.counts });
}

export function useTeams() {
  return useQuery({ queryKey: ["teams"], queryFn: inbox.teams, staleTime: 60_000 });
}

export function useAgents() {
  return useQuery({ queryKey: ["agents"], queryFn: inbox.agents, staleTime: 60_000 });
}

export function useSites() {
  return useQuery({ queryKey: ["sites"], queryFn: inbox.sites, staleTime: 60_000 });
}

/** Who waited, who was told, and how it ended: read again with whatever happens. */
export function useLedger(row: Row) {
  return useQuery({
    queryKey: ["waits", row.id, row.last_seq],
    queryFn: ({ signal }) => waits.of(row.id, signal),
    placeholderData: keepPreviousData,
  });
}

/** What a team is called; its slug until that is known. */
export function useTeamName(): (slug: string) => string {
  const { data } = useTeams();
  return (slug) => data?.find((team) => team.slug === slug)?.name ?? slug;
}

export interface RowList {
  rows: readonly Row[];
  status: "loading" | "ready" | "failed";
  more: (() => void) | null;
  retry(): void;
}

/**
 * A list in its order. Its members are chosen from all rows known here, by the server's rules, so that a change moves a
 * row at once; the server's pages only bring the rows in. Words are searched by the server alone.
 */
export function useRowList(view: View, sort: Sort, words: string): RowList {
  const { me, rows: store } = useLive();
  const all = useRows();
  const pages = useInfiniteQuery({
    queryKey: ["rows", view, sort, words],
    queryFn: ({ pageParam, signal }) =>
      inbox.list({ ...parametersOf(view), sort, q: words, cursor: pageParam }, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor || undefined,
  });
  const { data } = pages;
  useEffect(() => {
    for (const page of data?.pages ?? []) store.put(page.items);
  }, [data, store]);

  const found = words ? new Set(data?.pages.flatMap((page) => page.items.map((row) => row.id))) : null;
  const rows = [...all.values()]
    .filter((row) => (found ? found.has(row.id) : belongs(row, view, me.id)))
    .sort(compare(sort));
  return {
    rows,
    status: data ? "ready" : pages.isError ? "failed" : "loading",
    more: pages.hasNextPage && !pages.isFetchingNextPage ? () => void pages.fetchNextPage() : null,
    retry: () => void pages.refetch(),
  };
}

function parametersOf(view: View): { view: string; team?: string; tag?: string } {
  switch (view.kind) {
    case "team":
      return { view: "all", team: view.slug };
    case "tag":
      return { view: "all", tag: view.tag };
    default:
      return { view: view.kind };
  }
}

/** The open conversation: its row comes into the store, its context is the answer. */
export function useOpened(conversationId: string) {
  const { rows, logs } = useLive();
  const opened = useQuery({
    queryKey: ["opened", conversationId],
    queryFn: async ({ signal }): Promise<ConversationContext> => {
      const { context, ...row } = await inbox.open(conversationId, signal);
      rows.put([row]);
      await logs.read(conversationId);
      return context;
    },
  });
  return opened;
}
