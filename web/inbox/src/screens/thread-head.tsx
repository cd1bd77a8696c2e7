import { ArrowLeft, ArrowRightLeft, CheckCheck, Inbox, PanelRight, Sparkles, UserRound, Users } from "lucide-react";
import { Link } from "wouter";
import type { Agent, Row } from "../api/wire";
import { useLive } from "../live/live";
import { useAgents, useTeams } from "../live/queries";
import { AgentAvatar, Controller, VisitorAvatar } from "../parts/avatar";
import { Button, Hint } from "../parts/button";
import { Menu, MenuItem, MenuLabel, MenuLine } from "../parts/menu";
import { RunningWait } from "../parts/wait";
import { visitorName } from "../text/names";
import { reasonOf } from "../text/sentences";
import { useActions } from "./actions";

interface ThreadHeadProps {
  row: Row;
  back: string;
  /** Where the folded details are; null where they stand beside the thread. */
  detailsHref: string | null;
  onTakeOver(): void;
}

export function ThreadHead({ row, back, detailsHref, onTakeOver }: ThreadHeadProps) {
  const { me } = useLive();
  const actions = useActions();
  const mine = row.state === "human_owned" && row.owner?.id === me.id;
  const open = row.state !== "resolved";
  return (
    <header className="thread__head">
      <Link href={back} className="icon-button thread__back" aria-label="Back to the list">
        <ArrowLeft size={18} aria-hidden />
      </Link>
      <VisitorAvatar visitor={row.visitor} />
      <div className="thread__who">
        <h2>{visitorName(row.visitor)}</h2>
        <p className="thread__state">
          <Controller row={row} myId={me.id} size="tiny" />
          <span aria-hidden>{stateWords(row, me.id)}</span>
          {row.handoff && <span className="chip chip--reason">{reasonOf(row.handoff)}</span>}
        </p>
      </div>
      <RunningWait row={row} />
      <div className="thread__actions" role="group" aria-label="Actions">
        {open && !row.owner && (
          <Button look="primary" small className="thread__take" onClick={onTakeOver}>
            Take over
          </Button>
        )}
        {open && <PassOn row={row} mine={mine} />}
        {mine && (
          <Button small onClick={() => void actions.resolve(row)} aria-label="Resolve">
            <CheckCheck size={15} aria-hidden /> <span className="folds">Resolve</span>
          </Button>
        )}
        {detailsHref && (
          <Hint text="Details">
            <Link href={detailsHref} className="icon-button" aria-label="Details">
              <PanelRight size={17} aria-hidden />
            </Link>
          </Hint>
        )}
      </div>
    </header>
  );
}

function stateWords(row: Row, myId: string): string {
  switch (row.state) {
    case "human_owned":
      return row.owner?.id === myId ? "You have this" : `${row.owner?.name} has this`;
    case "escalated":
      return `Waits for ${row.team?.name ?? "a person"}`;
    case "collecting_details":
      return "The assistant is asking for details";
    case "resolved":
      return "Resolved";
    default:
      return "The assistant has this";
  }
}

function PassOn({ row, mine }: { row: Row; mine: boolean }) {
  const { me } = useLive();
  const actions = useActions();
  const { data: teams = [] } = useTeams();
  const { data: agents = [] } = useAgents();
  const others = agents.filter((agent) => agent.id !== me.id && agent.id !== row.owner?.id);
  const returnable = mine || row.state === "escalated";
  return (
    <Menu
      label="Pass on"
      trigger={
        <Button small aria-label="Pass on">
          <ArrowRightLeft size={15} aria-hidden /> <span className="folds">Pass on</span>
        </Button>
      }
    >
      {returnable && (
        <MenuItem icon={<Sparkles size={15} />} onSelect={() => void actions.returnToAssistant(row)}>
          Return to the assistant
        </MenuItem>
      )}
      {mine && (
        <MenuItem icon={<Inbox size={15} />} onSelect={() => void actions.putBack(row)}>
          Put back in the queue
        </MenuItem>
      )}
      {row.owner && !mine && (
        <MenuItem
          icon={<UserRound size={15} />}
          onSelect={() => void actions.passToAgent(row, { id: me.id, name: me.name })}
        >
          Take it from {row.owner.name}
        </MenuItem>
      )}
      {(returnable || row.owner) && <MenuLine />}
      {teams.length > 0 && <MenuLabel>To a team</MenuLabel>}
      {teams.map((team) => (
        <MenuItem
          key={team.slug}
          icon={<Users size={15} />}
          hint={row.team?.slug === team.slug ? "now" : undefined}
          onSelect={() => void actions.passToTeam(row, team)}
        >
          {team.name}
        </MenuItem>
      ))}
      {others.length > 0 && <MenuLabel>To a person</MenuLabel>}
      {others.map((agent) => (
        <MenuItem
          key={agent.id}
          icon={<AgentAvatar id={agent.id} name={agent.name} size="tiny" />}
          hint={presence(agent)}
          onSelect={() => void actions.passToAgent(row, { id: agent.id, name: agent.name })}
        >
          {agent.name}
        </MenuItem>
      ))}
    </Menu>
  );
}

function presence(agent: Agent): string | undefined {
  if (agent.online === false) return "offline";
  return agent.available === false ? "away" : undefined;
}
