/** Builds everything live once per signed-in agent and feeds it from the stream. */

import { useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, use, useEffect, useState, useSyncExternalStore } from "react";
import { inbox } from "../api/inbox";
import type {
  Agent,
  AlertSignal,
  Author,
  ConversationContext,
  DraftSignal,
  Me,
  Presence,
  Row,
  SeenSignal,
  TypingSignal,
} from "../api/wire";
import { serverClock } from "../text/clock";
import { AnswerStore } from "./answers";
import { type LogState, LogStore } from "./logs";
import { Outbox, type Unsent } from "./outbox";
import { RowStore } from "./rows";
import { LiveStream, type StreamStatus } from "./stream";
import { TypingStore } from "./typing";

export interface Live {
  me: Me;
  rows: RowStore;
  logs: LogStore;
  outbox: Outbox;
  typing: TypingStore;
  answers: AnswerStore;
  status: StreamStatus;
  /** Calls back on each alert of the stream, once; returns how to stop that. */
  onAlert(listener: (alert: AlertSignal) => void): () => void;
}

const LiveContext = createContext<Live | null>(null);

export function useLive(): Live {
  const live = use(LiveContext);
  if (!live) throw new Error("useLive belongs inside a LiveProvider");
  return live;
}

/** Counters are read again at most this often while rows change. */
const COUNTS_PAUSE_MS = 400;
/** Who is silent for a minute counts as away; the stream says something every 15 s. */
const HEARTBEAT_MS = 10_000;

function build(me: Me) {
  const rows = new RowStore();
  const alertListeners = new Set<(alert: AlertSignal) => void>();
  const outbox: Outbox = new Outbox({
    say: inbox.say,
    storage: localStorage,
    storageKey: `chatref.outbox.${me.id}`,
    onSent: (item) => logs.touch(item.conversationId),
  });
  const logs: LogStore = new LogStore(
    inbox.events,
    (id) => rows.get(id)?.last_seq ?? 0,
    (events) => outbox.reconcile(events),
  );
  const typing = new TypingStore();
  const answers = new AnswerStore();
  const seenAlerts = new Set<string>();
  const openedAt = serverClock.now();
  return {
    rows,
    outbox,
    logs,
    typing,
    answers,
    onAlert(listener: (alert: AlertSignal) => void) {
      alertListeners.add(listener);
      return () => alertListeners.delete(listener);
    },
    takeAlert(alert: AlertSignal) {
      // After a reconnect the stream repeats itself, and tells of alerts from before this page was open.
      if (seenAlerts.has(alert.event.id) || Date.parse(alert.event.at) < openedAt) return;
      seenAlerts.add(alert.event.id);
      for (const listener of alertListeners) listener(alert);
    },
  };
}

export function LiveProvider(props: { me: Me; onSignedOut(): void; children: ReactNode }) {
  const { me, onSignedOut } = props;
  const queries = useQueryClient();
  const [parts] = useState(() => build(me));
  const [status, setStatus] = useState<StreamStatus>("connecting");

  useEffect(() => {
    const { rows, logs, outbox, typing, answers } = parts;
    let countsTimer: ReturnType<typeof setTimeout> | undefined;
    const recount = () => {
      countsTimer ??= setTimeout(() => {
        countsTimer = undefined;
        void queries.invalidateQueries({ queryKey: ["counts"] });
      }, COUNTS_PAUSE_MS);
    };
    const takeRow = (row: Row) => {
      const before = rows.get(row.id);
      rows.put([row]);
      logs.touch(row.id);
      if (row.last_message?.seq !== before?.last_message?.seq) {
        typing.stop(row.id);
        // An answer has its price, which stands among the details of the conversation that is open.
        if (row.last_message?.author.kind === "assistant") {
          void queries.invalidateQueries({ queryKey: ["opened", row.id] });
        }
      }
      recount();
    };
    const takePresence = (presence: Presence) =>
      queries.setQueryData<Agent[]>(["agents"], (agents) =>
        agents?.map((agent) => (agent.id === presence.agent_id ? { ...agent, ...presence } : agent)),
      );
    let beaten = 0;
    const beat = () => {
      if (Date.now() - beaten < HEARTBEAT_MS) return;
      beaten = Date.now();
      inbox.heartbeat().catch(() => (beaten = 0));
    };
    const takeSeen = (seen: SeenSignal) =>
      queries.setQueryData<ConversationContext>(
        ["opened", seen.conversation_id],
        (context) => context && { ...context, seen_seq: Math.max(context.seen_seq, seen.seq) },
      );
    const stream = new LiveStream({
      url: "/api/v1/stream",
      onMessage: ({ event, data }) => {
        const body: unknown = JSON.parse(data);
        if (event === "conversation") takeRow(body as Row);
        else if (event === "alert") parts.takeAlert(body as AlertSignal);
        else if (event === "presence") takePresence(body as Presence);
        else if (event === "draft") answers.take(body as DraftSignal);
        else if (event === "seen") takeSeen(body as SeenSignal);
        else if (event === "typing" && (body as TypingSignal).author.id !== me.id) typing.take(body as TypingSignal);
      },
      onStatus: (now) => {
        setStatus(now);
        if (now !== "live") return;
        // Whatever changed before the stream stood is in the lists; what changes from now on, in the stream.
        outbox.wake();
        void queries.invalidateQueries({ queryKey: ["rows"] });
        void queries.invalidateQueries({ queryKey: ["counts"] });
        void queries.invalidateQueries({ queryKey: ["opened"] });
      },
      // Not by a timer of ours: browsers let those sleep in tabs that nobody looks at.
      onHeard: beat,
      onSignedOut,
    });
    outbox.start();
    stream.start();
    return () => {
      clearTimeout(countsTimer);
      stream.stop();
      outbox.stop();
    };
  }, [parts, queries, me.id, onSignedOut]);

  return <LiveContext value={{ ...parts, me, status }}>{props.children}</LiveContext>;
}

export function useRows(): ReadonlyMap<string, Row> {
  const { rows } = useLive();
  return useSyncExternalStore(rows.subscribe, rows.all);
}

export function useLog(conversationId: string): LogState {
  const { logs } = useLive();
  return useSyncExternalStore(logs.subscribe, () => logs.get(conversationId));
}

export function useUnsent(): readonly Unsent[] {
  const { outbox } = useLive();
  return useSyncExternalStore(outbox.subscribe, outbox.all);
}

export function useDraft(conversationId: string): DraftSignal | null {
  const { answers } = useLive();
  return useSyncExternalStore(answers.subscribe, () => answers.get(conversationId));
}

export function useTyping(conversationId: string): Author | null {
  const { typing } = useLive();
  return useSyncExternalStore(typing.subscribe, () => typing.get(conversationId));
}
