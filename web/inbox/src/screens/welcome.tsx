import { Check, Copy, Circle, CircleCheck, ExternalLink } from "lucide-react";
import { type ReactNode, useState } from "react";
import { desktopPermission } from "../live/alerts";
import { useRows } from "../live/live";
import { useSites } from "../live/queries";
import { Button } from "../parts/button";

/** Same origin as the inbox: whoever serves this page serves the demo page beside it. */
const DEMO_PAGE = "/demo/";

/** The first sign-in, with nothing there yet: what to do, ticking itself. */
export function Welcome() {
  const { data: sites = [] } = useSites();
  const rows = useRows();
  const [permission, setPermission] = useState(desktopPermission);
  const site = sites[0];
  return (
    <main className="thread welcome">
      <div className="welcome__page">
        <h2>Welcome. Nobody has written yet.</h2>
        <p className="welcome__lead">Three short steps, and the first chat appears in the list by itself.</p>
        <ol className="steps">
          <Step done={rows.size > 0} title="Say hello as a visitor">
            <p>The demo shop has the chat on its page. Open it beside this window and ask something.</p>
            <a className="button button--primary" href={DEMO_PAGE} target="_blank" rel="noreferrer">
              Open the demo shop <ExternalLink size={14} aria-hidden />
            </a>
          </Step>
          <Step done={false} title="Put it on your own site">
            <p>Paste this line before the end of the page's body. That is all.</p>
            {site ? (
              <>
                <Snippet text={snippetFor(site.key)} />
                {isLocal(location.hostname) && (
                  <p className="welcome__grey">
                    This address is your own machine. Your visitors need the one that they can reach Chatref at.
                  </p>
                )}
              </>
            ) : (
              <p className="welcome__grey">An admin sets up the first site.</p>
            )}
          </Step>
          {permission !== "unsupported" && (
            <Step done={permission === "granted"} title="Let it call you">
              <p>
                A sound and the tab's title tell you that somebody waits. A notification does it behind other windows.
              </p>
              {permission === "default" && (
                <Button onClick={() => void Notification.requestPermission().then(setPermission)}>
                  Notify me on this desktop
                </Button>
              )}
              {permission === "denied" && (
                <p className="welcome__grey">Your browser blocks notifications for this page.</p>
              )}
            </Step>
          )}
        </ol>
      </div>
    </main>
  );
}

function snippetFor(key: string): string {
  return `<script async src="${location.origin}/widget.js" data-site="${key}"></script>`;
}

function isLocal(hostname: string): boolean {
  return /^(localhost|127\.|\[::1\]|.*\.localhost$)/u.test(hostname);
}

function Step({ done, title, children }: { done: boolean; title: string; children: ReactNode }) {
  return (
    <li className={done ? "step is-done" : "step"}>
      <span className="step__mark">
        {done ? <CircleCheck size={20} aria-label="Done" /> : <Circle size={20} aria-hidden />}
      </span>
      <div className="step__body">
        <h3>{title}</h3>
        {children}
      </div>
    </li>
  );
}

function Snippet({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div className="snippet">
      <code>{text}</code>
      <Button small onClick={() => void copy()}>
        {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />} {copied ? "Copied" : "Copy"}
      </Button>
    </div>
  );
}
