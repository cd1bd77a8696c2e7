import { MessageSquare, ShieldCheck } from "lucide-react";
import type { WebhookBody } from "../../api/webhooks";

/** For whoever has the other end. */
export function Receiving({ format = "standard" }: { format?: WebhookBody["format"] }) {
  return (
    <aside className="settings__aside receiving" aria-labelledby="receiving">
      {format === "slack" ? <ChannelPosts /> : <SignedNotices />}
    </aside>
  );
}

function ChannelPosts() {
  return (
    <>
      <h2 id="receiving">
        <MessageSquare size={15} aria-hidden /> What a channel gets
      </h2>
      <p>
        The alerts of service policies, as <code>{`{"text": "…"}`}</code>: that is what incoming webhooks of Slack,
        Mattermost and Rocket.Chat take. Those that come within a second arrive as one post.
      </p>
      <p>
        Nothing is signed, so there is no secret to give to anybody. Whoever knows the address can post to it: treat it
        as a password.
      </p>
    </>
  );
}

function SignedNotices() {
  return (
    <>
      <h2 id="receiving">
        <ShieldCheck size={15} aria-hidden /> How a receiver checks a notice
      </h2>
      <p>
        Notices follow Standard Webhooks 1.0, for which most languages have a library. By hand, it takes three steps:
      </p>
      <ol>
        <li>
          Join the header <code>webhook-id</code>, the header <code>webhook-timestamp</code> and the body as it arrived,
          with dots between them.
        </li>
        <li>
          Sign that by HMAC-SHA256. The key is what follows <code>whsec_</code> in the secret, decoded from base64. The
          signature is <code>v1,</code> and the result in base64.
        </li>
        <li>
          The header <code>webhook-signature</code> holds one signature or several, with spaces between them. One of
          them has to be the same.
        </li>
      </ol>
      <p>
        Refuse a timestamp that is more than five minutes off. Handle each <code>webhook-id</code> once: it stays the
        same when a notice is sent again. Answer with 2xx within 20 seconds, or with 410 to get no more.
      </p>
      <p>Posts in Slack’s format are not signed.</p>
    </>
  );
}
