import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Copy, Eye, EyeOff, KeyRound } from "lucide-react";
import { useState } from "react";
import { type WebhookWithSecret, webhookRoutes } from "../../api/webhooks";
import { useNow } from "../../live/now";
import { wordsFor } from "../../live/sources";
import { webhookChanged } from "../../live/webhooks";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { useToasts } from "../../parts/toast";
import { exactTime, fromNow } from "../../text/times";

const HIDDEN = `whsec_${"•".repeat(24)}`;

/** What a webhook's notices are signed with: hidden until somebody wants to see it. */
export function Secret({ webhook }: { webhook: WebhookWithSecret }) {
  const queries = useQueryClient();
  const toasts = useToasts();
  const [shown, setShown] = useState(false);
  const rotate = useMutation({
    mutationFn: () => webhookRoutes.rotate(webhook.id),
    onSuccess: async (now) => {
      setShown(true);
      toasts.say("There is a new secret", "Give it to the receiver within 24 hours.");
      await webhookChanged(queries, now);
    },
    onError: (error) => toasts.say("That did not work", wordsFor(error)),
  });

  async function copy() {
    try {
      await navigator.clipboard.writeText(webhook.secret);
      toasts.say("The secret is copied");
    } catch {
      // Browsers let no page copy that came over plain HTTP from another machine.
      setShown(true);
      toasts.say("Your browser did not let this page copy", "Select the secret and copy it.");
    }
  }

  return (
    <section className="block" aria-labelledby="secret">
      <h2 id="secret">Secret</h2>
      <p className="webhook__lead">
        Every notice is signed with it, so that the receiver knows it came from here. Whoever has it can send the same.
      </p>
      <div className="secret entry entry--code">
        <input
          aria-label="Secret"
          readOnly
          spellCheck={false}
          value={shown ? webhook.secret : HIDDEN}
          onFocus={(event) => shown && event.target.select()}
        />
        <Button onClick={() => setShown(!shown)}>
          {shown ? <EyeOff size={15} aria-hidden /> : <Eye size={15} aria-hidden />} {shown ? "Hide" : "Reveal"}
        </Button>
        <Button onClick={() => void copy()}>
          <Copy size={15} aria-hidden /> Copy
        </Button>
        <Confirm
          title="Make a new secret?"
          confirm="New secret"
          onConfirm={() => rotate.mutate()}
          trigger={
            <Button disabled={rotate.isPending}>
              <KeyRound size={15} aria-hidden /> New secret
            </Button>
          }
        >
          Notices are signed with it from now on, and for 24 hours with the old one too, so that you can change it at
          the receiver without losing any. After that, the old one counts no more.
        </Confirm>
      </div>
      {webhook.previous_secret_until && <Overlap until={webhook.previous_secret_until} />}
    </section>
  );
}

function Overlap({ until }: { until: string }) {
  const now = useNow();
  if (Date.parse(until) <= now) return null;
  return (
    <p className="secret__overlap" role="status">
      The secret before this one signs too; that ends{" "}
      <time dateTime={until} title={exactTime(until)}>
        {fromNow(until, now)}
      </time>
      .
    </p>
  );
}
