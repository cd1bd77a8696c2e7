import { CloudOff, MessageSquareText, Plus, Search } from "lucide-react";
import { useState } from "react";
import { Link } from "wouter";
import type { CannedReply } from "../../api/canned-replies";
import { useCannedReplies } from "../../live/canned-replies";
import { useTeamName } from "../../live/queries";
import { Button, Key } from "../../parts/button";
import { Empty } from "../../parts/empty";
import { matching } from "../../text/canned";
import { PageHead } from "../custom-actions/page-head";

/** So many are looked through at a glance. */
const FEW = 6;

export function CannedReplyList({ onRail }: { onRail(): void }) {
  const replies = useCannedReplies();
  return (
    <>
      <PageHead title="Canned replies" onRail={onRail}>
        <Link href="/canned-replies/new" className="button button--small button--primary">
          <Plus size={15} aria-hidden /> New reply
        </Link>
      </PageHead>
      <div className="settings__columns settings__columns--in-order">
        <div className="settings__main">
          <p className="settings__lead">
            Texts that every agent has at hand. Names, details and the like are filled in from the chat when one is
            chosen.
          </p>
          {replies.data ? (
            <Replies replies={replies.data} />
          ) : replies.isError ? (
            <Empty
              icon={<CloudOff />}
              title="The canned replies cannot be read right now"
              action={<Button onClick={() => void replies.refetch()}>Try again</Button>}
            />
          ) : (
            <div className="skeletons" role="status" aria-label="Loading" />
          )}
        </div>
        <Using />
      </div>
    </>
  );
}

function Replies({ replies }: { replies: readonly CannedReply[] }) {
  const [words, setWords] = useState("");
  if (replies.length === 0) {
    return (
      <Empty icon={<MessageSquareText />} title="No canned replies yet">
        Add what your team writes again and again: a greeting, a question, what happens next.
      </Empty>
    );
  }
  const found = words.trim() ? matching(replies, words, []) : replies;
  return (
    <>
      {replies.length > FEW && (
        <div className="canned__search">
          <Search size={15} aria-hidden />
          <input
            type="search"
            aria-label="Find a canned reply"
            placeholder="Find by shortcut, title or text"
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        </div>
      )}
      {found.length === 0 ? (
        <p className="settings__lead" role="status">
          None has these words.
        </p>
      ) : (
        <ul className="actions" aria-label="Canned replies">
          {found.map((reply) => (
            <ReplyRow key={reply.id} reply={reply} />
          ))}
        </ul>
      )}
    </>
  );
}

function ReplyRow({ reply }: { reply: CannedReply }) {
  const teamName = useTeamName();
  return (
    <li className="action canned">
      <Link href={`/canned-replies/${reply.id}`} className="action__link">
        <span className="action__name">
          {reply.title} <code className="canned__shortcut">/{reply.shortcut}</code>
        </span>
        <span className="action__when">{reply.text}</span>
        <span className="action__facts">{reply.team ? `For ${teamName(reply.team)}` : "For everybody"}</span>
      </Link>
    </li>
  );
}

function Using() {
  return (
    <aside className="settings__aside">
      <section className="receiving" aria-labelledby="using">
        <h2 id="using">
          <MessageSquareText size={16} aria-hidden /> In a chat
        </h2>
        <ol>
          <li>
            Type <Key>/</Key> where a line begins, in a reply or a note, and go on with a few letters.
          </li>
          <li>
            Choose one with the arrow keys and <Key>Enter</Key>, or click it. Those of your own teams come first.
          </li>
          <li>What the chat cannot fill in stays marked, and is not sent before you have filled it in.</li>
        </ol>
        <p>
          <Key>Esc</Key> leaves a slash a slash.
        </p>
      </section>
    </aside>
  );
}
