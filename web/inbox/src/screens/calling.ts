/** Calls the agent when an alert is for them: sound, message, desktop notification, the tab's title and icon. */

import { useEffect, useRef, useState } from "react";
import { inbox } from "../api/inbox";
import type { AlertSignal, Row } from "../api/wire";
import { allowSound, badgeIcon, chime, isForMe, notifyDesktop, titleOf } from "../live/alerts";
import { useLive } from "../live/live";
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

export function useAlerts(options: AlertsOptions): void {
  const { me, rows, onAlert } = useLive();
  const toasts = useToasts();
  const latest = useRef(options);
  const called = useRef(new Set<string>());
  const [calling, setCalling] = useState<string | null>(null);
  useEffect(() => {
    latest.current = options;
  });
  useEffect(allowSound, []);

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
      chime();
      const name = visitorName(row.visitor);
      const reason = row.handoff ? reasonOf(row.handoff) : "Needs a person";
      const open = () => latest.current.onOpen(row.id);
      if (document.hidden) {
        setCalling(name);
        notifyDesktop(`${name} is waiting`, reason, row.id, open);
      }
      if (document.hidden || latest.current.openId !== row.id) {
        called.current.add(row.id);
        toasts.call(row.id, `${name} is waiting`, reason, { label: "Open", run: open });
      }
    };
    return onAlert((alert) => void call(alert).catch(() => undefined)); // the row itself still shows in the list
  }, [me, rows, onAlert, toasts]);

  useEffect(() => {
    const back = () => !document.hidden && setCalling(null);
    document.addEventListener("visibilitychange", back);
    return () => document.removeEventListener("visibilitychange", back);
  }, []);

  useEffect(() => {
    const settle = () => {
      for (const id of called.current) {
        const row = rows.get(id);
        // An owner's reminder is about a row that has an owner: that one goes when the visitor waits no longer.
        if (row && needsHuman(row) && (!row.owner || row.owner.id === me.id) && latest.current.openId !== id) continue;
        called.current.delete(id);
        toasts.settle(id);
      }
    };
    settle();
    return rows.subscribe(settle);
  }, [me.id, rows, toasts, options.openId]);

  const { place, waiting } = options;
  useEffect(() => {
    document.title = titleOf(place, waiting, calling);
    badgeIcon(waiting > 0);
  }, [place, waiting, calling]);
}
