/** Sources as they are now: looked at often while one is being read, seldom otherwise. */

import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Problem } from "../api/client";
import { type Source, sources } from "../api/sources";
import { useToasts } from "../parts/toast";

const WHILE_READING_MS = 700;
const AT_REST_MS = 30_000;

export function isUnderWay(source: Source): boolean {
  return source.status === "pending" || source.status === "reading";
}

export function useSources() {
  return useQuery({
    queryKey: ["sources"],
    queryFn: sources.list,
    refetchInterval: (query) => (query.state.data?.some(isUnderWay) ? WHILE_READING_MS : AT_REST_MS),
  });
}

/** The pages of a source; `source` as the list knows it, so that both move together. */
export function usePages(source: Source) {
  return useQuery({
    queryKey: ["sources", source.id, "pages", source.changed_at, source.status],
    queryFn: () => sources.read(source.id).then((answer) => answer.pages),
    refetchInterval: isUnderWay(source) ? WHILE_READING_MS : false,
    placeholderData: (before) => before,
  });
}

export function usePassages(source: Source, page: string) {
  return useQuery({
    queryKey: ["sources", source.id, "passages", page, source.read_at],
    queryFn: () => sources.passages(source.id, page),
  });
}

/** Something done to a source; then the list is looked at anew, and what went wrong is said. */
export function useSourceAction<T>(run: (given: T) => Promise<unknown>) {
  const queries = useQueryClient();
  const toasts = useToasts();
  return useMutation({
    mutationFn: run,
    onSettled: () => queries.invalidateQueries({ queryKey: ["sources"] }),
    onError: (error) => toasts.say("That did not work", wordsFor(error)),
  });
}

export function wordsFor(error: unknown): string {
  if (!(error instanceof Problem)) return "Please try again.";
  const [first] = (error.extra.errors ?? []) as { loc: string[]; msg: string }[];
  return first ? `${first.loc.at(-1)}: ${first.msg.replace(/^Value error, /, "")}` : error.message;
}
