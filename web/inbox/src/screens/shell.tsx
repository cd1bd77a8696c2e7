import { Dialog } from "radix-ui";
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from "react";
import { Redirect, useLocation } from "wouter";
import type { Row } from "../api/wire";
import { useLive } from "../live/live";
import { useCounts } from "../live/queries";
import { NEEDS_HUMAN, type SettingsPage, mayOpen, pathOf, placeOf, settingsPageOf } from "../live/views";
import { PHONE, useMedia } from "../parts/media";
import { useActions } from "./actions";
import { useAlerts } from "./calling";
import { ConnectionBanner } from "./connection";
import { type ThreadControls, ConversationPane } from "./conversation";
import { ConversationList, useViewTitle } from "./list";
import { Rail } from "./rail";
import { Shortcuts } from "./shortcuts";
import { Sources } from "./sources";
import { useKeys } from "./keys";
import { Welcome } from "./welcome";
import { NothingOpen } from "./nothing-open";

// For admins and supervisors, now and then: not in what everybody loads.
const PAGES = {
  actions: lazy(() => import("./custom-actions/page")),
  assistant: lazy(() => import("./assistant")),
  "canned-replies": lazy(() => import("./canned-replies/page")),
  policies: lazy(() => import("./policies/page")),
  reports: lazy(() => import("./reports/page")),
  webhooks: lazy(() => import("./webhooks/page")),
};

const SETTINGS: Record<SettingsPage, string> = {
  actions: "Actions",
  assistant: "Assistant",
  "canned-replies": "Canned replies",
  policies: "Waiting",
  reports: "Reports",
  sources: "Sources",
  webhooks: "Webhooks",
};

export function Shell() {
  const { me, rows } = useLive();
  const [path, navigate] = useLocation();
  const place = placeOf(path);
  const page = settingsPageOf(path);
  const settings = page && mayOpen(page, me.role) ? page : null;
  const { view, conversationId, details } = place ?? { view: NEEDS_HUMAN, conversationId: null, details: false };
  const { data: counts } = useCounts();
  const phone = useMedia(PHONE);
  const actions = useActions();
  const viewTitle = useViewTitle();
  const [railOpen, setRailOpen] = useState(false);
  const [helpOpen, setHelpOpen] = useState(false);
  const [caretFor, setCaretFor] = useState<string | null>(null);
  const thread = useRef<ThreadControls>(null);

  const open = useCallback((id: string) => navigate(pathOf(view, id)), [navigate, view]);
  useAlerts({
    openId: conversationId,
    place: settings ? SETTINGS[settings] : viewTitle(view),
    waiting: counts?.needs_human ?? 0,
    onOpen: open,
  });

  const takeOver = (row: Row) => {
    setCaretFor(row.id);
    if (row.id !== conversationId) open(row.id);
    void actions.takeOver(row);
  };
  useKeys({
    takeOver: (id) => {
      const row = rows.get(id ?? conversationId ?? "");
      if (row && row.state !== "human_owned" && row.state !== "resolved") takeOver(row);
    },
    reply: () => thread.current?.reply(),
    note: () => thread.current?.note(),
    resolve: () => thread.current?.resolve(),
    help: () => setHelpOpen(true),
  });
  // The caret is wanted once, by the conversation that was just taken over.
  useEffect(() => {
    if (caretFor && caretFor !== conversationId) setCaretFor(null);
  }, [caretFor, conversationId]);

  if (!place && !settings) return <Redirect to={pathOf(NEEDS_HUMAN)} replace />;
  const nothingYet = counts !== undefined && counts.all === 0 && counts.resolved === 0;
  const Page = settings && settings !== "sources" ? PAGES[settings] : null;
  const rail = <Rail here={settings ?? view} onPick={() => setRailOpen(false)} onHelp={() => setHelpOpen(true)} />;
  return (
    <div className={`shell${conversationId ? " has-open" : ""}`}>
      <ConnectionBanner />
      {!phone && rail}
      <Dialog.Root open={phone && railOpen} onOpenChange={setRailOpen}>
        <Dialog.Portal>
          <Dialog.Overlay className="veil" />
          <Dialog.Content className="drawer drawer--left" aria-describedby={undefined}>
            <Dialog.Title className="unseen">Views</Dialog.Title>
            {rail}
          </Dialog.Content>
        </Dialog.Portal>
      </Dialog.Root>
      {settings === "sources" ? (
        <Sources onRail={() => setRailOpen(true)} />
      ) : Page ? (
        <Suspense fallback={<main className="settings" aria-busy="true" aria-label="Loading" />}>
          <Page onRail={() => setRailOpen(true)} />
        </Suspense>
      ) : (
        <>
          <ConversationList
            key={pathOf(view)}
            view={view}
            openId={conversationId}
            onRail={() => setRailOpen(true)}
            onTakeOver={takeOver}
          />
          {conversationId ? (
            <ConversationPane
              key={conversationId}
              ref={thread}
              conversationId={conversationId}
              view={view}
              detailsOpen={details}
              wantsCaret={caretFor === conversationId}
              onTakeOver={takeOver}
            />
          ) : nothingYet ? (
            <Welcome />
          ) : (
            <NothingOpen onHelp={() => setHelpOpen(true)} />
          )}
        </>
      )}
      <Shortcuts open={helpOpen} onOpenChange={setHelpOpen} />
    </div>
  );
}
