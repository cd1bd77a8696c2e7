/** Calls the agent when an alert is for them: sound, message, desktop notification, the tab's title and icon. */

import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { inbox } from "../api/inbox";
import type { AlertSignal, Row } from "../api/wire";
import { badgeIcon, isForMe, notifyDesktop, titleOf } from "../live/alerts";
import { Bell } from "../live/bell";
import { Calls } from "../live/calls";
import { useLive } from "../live/live";
import { chosenSound } from "../live/sound";
import { needsHuman } from "../live/views";
import { useToasts } from "../parts/toast";
import { visitorName } from "../text/names";
import { reasonOf } from "../text/sentences";

interface AlertsOptions {
  openId: string | null;
  place: string;
  waiting: number;
  onOpen(conversationId: string): void;
}

function buildCalls(agentId: string): { bell: Bell; calls: Calls } {
  const bell = new Bell(agentId);
  const calls = new Calls({
    ring: (again) => bell.ring(again),
    repeats: () => chosenSound(agentId).untilSeen,
    everyMs: () => chosenSound(agentId).everyMs,
  });
  return { bell, calls };
}

export function useAlerts(options: AlertsOptions): void {
  const { me, rows, onAlert } = useLive();
  const toasts = useToasts();
  const latest = useRef(options);
  const called = useRef(new Set<string>());
  const [{ bell, calls }] = useState(() => buildCalls(me.id));
  const calling = useSyncExternalStore(calls.subscribe, calls.latest);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(() => {
    const close = bell.open(() => calls.seen());
    return () => {
      close();
      calls.seen();
    };
  }, [bell, calls]);

  useEffect(() => {
    // Alerts come before the rows that they are about.
    const rowOf = async ({ conversation_id, event }: AlertSignal): Promise<Row> => {
      const known = rows.get(conversation_id);
      if (known && known.last_seq >= event.seq) return known;
      const { context: _, ...row } = await inbox.open(conversation_id);
      rows.put([row]);
      return rows.get(conversation_id) ?? row;
    };
    const call = async (alert: AlertSignal) => {
      if (!me.available || !isForMe(alert.event, me)) return;
      const row = await rowOf(alert);
      if (!needsHuman(row)) return; // somebody was faster than the alert
      const name = visitorName(row.visitor);
      calls.add(row.id, name);
      const reason = row.handoff ? reasonOf(row.handoff) : "Needs a person";
      const open = () => latest.current.onOpen(row.id);
      if (document.hidden) notifyDesktop(`${name} is waiting`, reason, row.id, open);
      if (document.hidden || latest.current.openId !== row.id) {
        called.current.add(row.id);
        toasts.call(row.id, `${name} is waiting`, reason, { label: "Open", run: open });
      }
    };
    return onAlert((alert) => void call(alert).catch(() => undefined)); // the row itself still shows in the list
  }, [me, rows, onAlert, toasts, calls]);

  useEffect(() => {
    if (!me.available) calls.seen();
  }, [me.available, calls]);

  useEffect(() => {
    // One that was open already when it called is not seen by that.
    calls.settle((id) => id !== options.openId);
  }, [options.openId, calls]);

  useEffect(() => {
    const waitsForMe = (id: string) => {
      const row = rows.get(id);
      // An owner's reminder is about a row that has an owner: that one goes when the visitor waits no longer.
      return row !== undefined && needsHuman(row) && (!row.owner || row.owner.id === me.id);
    };
    const settle = () => {
      calls.settle(waitsForMe);
      for (const id of called.current) {
        if (waitsForMe(id) && latest.current.openId !== id) continue;
        called.current.delete(id);
        toasts.settle(id);
      }
    };
    settle();
    return rows.subscribe(settle);
  }, [me.id, rows, toasts, calls, options.openId]);

  const { place, waiting } = options;
  useEffect(() => {
    document.title = titleOf(place, waiting, calling);
    badgeIcon(waiting > 0);
  }, [place, waiting, calling]);
}
