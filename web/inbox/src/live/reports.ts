/** Reports. What goes on changes by itself, so that they are asked for again now and then. */

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { type Asked, reports } from "../api/reports";

const LOOK_AGAIN_MS = 60_000;

export function useWaitsReport(asked: Asked) {
  return useQuery({
    queryKey: ["reports", asked],
    queryFn: ({ signal }) => reports.waits(asked, signal),
    placeholderData: keepPreviousData,
    refetchInterval: LOOK_AGAIN_MS,
  });
}
