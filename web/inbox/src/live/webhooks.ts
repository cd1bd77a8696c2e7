/** Webhooks and their logs as they are now: looked at often while something is on its way, seldom otherwise. */

import {
  type InfiniteData,
  type QueryClient,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { type Delivery, type DeliveryPage, type Webhook, type WebhookWithSecret, webhookRoutes } from "../api/webhooks";
import { useToasts } from "../parts/toast";
import { wordsFor } from "./sources";

const WHILE_ON_THEIR_WAY_MS = 2500;

const LIST = ["webhooks", "list"];
const one = (id: string) => ["webhooks", "one", id];
const log = (id: string) => ["webhooks", "log", id];

/** `watched` is where the list tells how the newest notices fare. */
export function useWebhooks({ watched = false } = {}) {
  return useQuery({
    queryKey: LIST,
    queryFn: webhookRoutes.list,
    refetchInterval: (query) =>
      watched &&
      query.state.data?.some((webhook) => webhook.last_delivery?.status === "pending") &&
      WHILE_ON_THEIR_WAY_MS,
  });
}

/** One webhook, with its secret. */
export function useWebhook(id: string) {
  return useQuery({ queryKey: one(id), queryFn: () => webhookRoutes.read(id) });
}

/** What the server has just answered about a webhook is what is shown, here and in the list. */
export async function webhookChanged(queries: QueryClient, now: WebhookWithSecret): Promise<void> {
  queries.setQueryData(one(now.id), now);
  const { secret: _, previous_secret_until: __, ...listed } = now;
  queries.setQueryData<Webhook[]>(
    LIST,
    (known) => known && known.map((webhook) => (webhook.id === listed.id ? listed : webhook)),
  );
  await queries.invalidateQueries({ queryKey: LIST });
}

export async function webhookRemoved(queries: QueryClient, id: string): Promise<void> {
  queries.setQueryData<Webhook[]>(LIST, (known) => known?.filter((webhook) => webhook.id !== id));
  await queries.invalidateQueries({ queryKey: LIST });
}

type Pages = InfiniteData<DeliveryPage, unknown>;

/** Deliveries that were asked for here, each with the number of attempts that it had before. */
export type Asked = ReadonlyMap<string, number>;

/** Whether an attempt that was asked for has not been written down yet. */
export function isBeingSent(delivery: Delivery, asked: Asked): boolean {
  return delivery.attempts.length <= (asked.get(delivery.id) ?? -1);
}

/** The log with a delivery as it is now: in its place, or on top where it is new. */
export function withDelivery(known: Pages | undefined, delivery: Delivery): Pages | undefined {
  if (!known) return known;
  const listed = known.pages.some((page) => page.items.some(({ id }) => id === delivery.id));
  const pages = known.pages.map((page, index) => {
    if (listed) return { ...page, items: page.items.map((item) => (item.id === delivery.id ? delivery : item)) };
    return index === 0 ? { ...page, items: [delivery, ...page.items] } : page;
  });
  return { ...known, pages };
}

export function useDeliveries(webhookId: string) {
  const queries = useQueryClient();
  const toasts = useToasts();
  const [asked, setAsked] = useState<Asked>(new Map());
  const onTheirWay = (data: Pages | undefined) =>
    data?.pages.some(({ items }) => items.some((item) => item.status === "pending" || isBeingSent(item, asked))) ??
    false;
  const pages = useInfiniteQuery({
    queryKey: log(webhookId),
    queryFn: ({ pageParam, signal }) => webhookRoutes.deliveries(webhookId, pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    refetchInterval: (query) => onTheirWay(query.state.data) && WHILE_ON_THEIR_WAY_MS,
  });

  // What came of a delivery may have changed the webhook: one whose receiver is gone is switched off.
  const { data } = pages;
  useEffect(() => {
    if (!data) return;
    void queries.invalidateQueries({ queryKey: one(webhookId) });
    void queries.invalidateQueries({ queryKey: LIST });
  }, [queries, webhookId, data]);

  const send = useMutation({
    mutationFn: (before: Delivery | null) =>
      before ? webhookRoutes.replay(webhookId, before.id) : webhookRoutes.test(webhookId),
    onSuccess: async (sent) => {
      await queries.cancelQueries({ queryKey: log(webhookId) });
      queries.setQueryData<Pages>(log(webhookId), (known) => withDelivery(known, sent));
      setAsked((known) => new Map(known).set(sent.id, sent.attempts.length));
    },
    onError: (error) => {
      toasts.say("That did not work", wordsFor(error));
      void queries.invalidateQueries({ queryKey: ["webhooks"] });
    },
  });

  return {
    pages,
    items: data?.pages.flatMap((page) => page.items) ?? [],
    asked,
    /** Posts a delivery again, or where there is none a new test. */
    send: (before: Delivery | null) => send.mutate(before),
    sending: send.isPending,
  };
}
