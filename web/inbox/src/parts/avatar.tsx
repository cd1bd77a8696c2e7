import { Sparkles } from "lucide-react";
import type { CSSProperties } from "react";
import type { Author, Row, Visitor } from "../api/wire";
import { hueOf, initials, visitorName } from "../text/names";

type Size = "tiny" | "small" | "medium" | "large";

const hue = (id: string) => ({ "--hue": hueOf(id) }) as CSSProperties;

/** Decoration: the name always stands beside it. */
export function VisitorAvatar({ visitor, size = "medium" }: { visitor: Visitor; size?: Size }) {
  return (
    <span className={`avatar avatar--${size}`} style={hue(visitor.id)} aria-hidden>
      {initials(visitorName(visitor))}
    </span>
  );
}

export function AgentAvatar({ id, name, size = "small" }: { id: string; name: string; size?: Size }) {
  return (
    <span className={`avatar avatar--agent avatar--${size}`} style={hue(id)} aria-hidden>
      {initials(name)}
    </span>
  );
}

export function AssistantMark({ size = "small" }: { size?: Size }) {
  return (
    <span className={`avatar avatar--assistant avatar--${size}`} aria-hidden>
      <Sparkles />
    </span>
  );
}

/** Who wrote it, as small as can be. */
export function AuthorMark({ author, visitor }: { author: Author; visitor: Visitor }) {
  switch (author.kind) {
    case "assistant":
      return <AssistantMark size="tiny" />;
    case "agent":
      return <AgentAvatar id={author.id ?? author.name} name={author.name} size="tiny" />;
    default:
      return <span className="avatar avatar--dot" style={hue(visitor.id)} aria-hidden />;
  }
}

/** Who controls the conversation: the assistant's mark, an empty seat, or a face. */
export function Controller({ row, myId, size = "small" }: { row: Row; myId: string; size?: Size }) {
  const [mark, said] = controllerOf(row, myId, size);
  return (
    <span className="controller" title={said}>
      {mark}
      <span className="unseen">{said}</span>
    </span>
  );
}

function controllerOf(row: Row, myId: string, size: Size) {
  switch (row.state) {
    case "human_owned": {
      const name = row.owner?.name ?? "";
      const said = row.owner?.id === myId ? "You have this" : `${name} has this`;
      return [<AgentAvatar key="a" id={row.owner?.id ?? ""} name={name} size={size} />, said] as const;
    }
    case "escalated":
      return [
        <span key="s" className={`avatar avatar--seat avatar--${size}`} aria-hidden />,
        "Nobody has this yet",
      ] as const;
    case "resolved":
      return [null, "Resolved"] as const;
    default:
      return [<AssistantMark key="m" size={size} />, "The assistant has this"] as const;
  }
}
