/** Asks whoever would leave edits behind that are not saved, wherever they go: a link, a key, back, a reload. */

import { AlertDialog } from "radix-ui";
import { useLayoutEffect, useRef, useSyncExternalStore } from "react";
import type { AroundNavHandler } from "wouter";
import { Question } from "./confirm";
import { Departures } from "./departures";

const departures = new Departures();
/** Where the edits are. */
let here = location.href;

/** For the router: what leads to another page. */
export const askFirst: AroundNavHandler = (navigate, to, options) => {
  const go = () => navigate(to, options);
  if (new URL(to, location.href).pathname === location.pathname) go();
  else departures.depart(go);
};

/**
 * Holds back whoever leaves while `dirty`. Returns what lets them go: a save may lead elsewhere before the screen knows
 * that nothing is dirty any more.
 */
export function useUnsaved(dirty: boolean): () => void {
  const release = useRef(() => {});
  useLayoutEffect(() => {
    if (!dirty) return;
    here = location.href;
    release.current = departures.hold();
    return release.current;
  }, [dirty]);
  return () => release.current();
}

/** The question itself; once, beside everything that may be edited. */
export function LeaveUnsaved() {
  const asking = useSyncExternalStore(departures.subscribe, departures.asking);
  const before = useRef<Element | null>(null);
  // Before any effect in which the router begins to listen: a window calls its listeners in the order they came in.
  useLayoutEffect(watchBrowser, []);
  return (
    <AlertDialog.Root open={asking} onOpenChange={(open) => !open && departures.stay()}>
      <Question
        title="Leave without saving?"
        refuse="Stay"
        confirm="Leave"
        onConfirm={() => departures.leave()}
        onOpenAutoFocus={() => {
          before.current = document.activeElement;
        }}
        onCloseAutoFocus={(event) => {
          // Radix knows no trigger to go back to.
          event.preventDefault();
          if (before.current instanceof HTMLElement) before.current.focus();
        }}
      >
        What you changed here is not saved, and would be lost.
      </Question>
    </AlertDialog.Root>
  );
}

/** The ways to leave that do not lead through the router. */
function watchBrowser(): () => void {
  const unloading = (event: BeforeUnloadEvent) => {
    if (departures.held()) event.preventDefault();
  };
  // The browser is there already: it is brought back before the router hears of it.
  const wentBack = (event: PopStateEvent) => {
    if (!departures.held() || location.pathname === new URL(here).pathname) return;
    event.stopImmediatePropagation();
    history.pushState(null, "", here);
    departures.depart(() => history.back());
  };
  addEventListener("beforeunload", unloading);
  addEventListener("popstate", wentBack);
  return () => {
    removeEventListener("beforeunload", unloading);
    removeEventListener("popstate", wentBack);
  };
}
