import {
  Archive,
  Bell,
  BellOff,
  BellRing,
  BookOpenText,
  ChartColumn,
  Keyboard,
  LogOut,
  MessageSquareText,
  MessagesSquare,
  Sparkles,
  Tag,
  Timer,
  UserRound,
  UserRoundX,
  Users,
  Webhook,
  Workflow,
} from "lucide-react";

import { Switch } from "radix-ui";
import { type ReactNode, useState } from "react";
import { useQueryClient } from "@tanstack/react-query";
import { Link } from "wouter";
import { inbox } from "../api/inbox";
import type { Me } from "../api/wire";
import { desktopPermission } from "../live/alerts";
import { useLive } from "../live/live";
import { stopPush } from "../live/push";
import { useCounts, useTeams } from "../live/queries";
import { chooseSound, useSound } from "../live/sound";
import { type SettingsPage, type View, mayOpen, pathOf } from "../live/views";
import { AgentAvatar } from "../parts/avatar";
import { Logo } from "../parts/empty";
import { Menu, MenuCheck, MenuChoice, MenuItem, MenuLabel, MenuLine } from "../parts/menu";
import { applyTheme, chosenTheme, type Theme } from "../parts/theme";
import { useToasts } from "../parts/toast";
import { usePushing } from "./pushing";

const SET_UP: readonly { page: SettingsPage; name: string; icon: ReactNode }[] = [
  { page: "sources", name: "Sources", icon: <BookOpenText /> },
  { page: "assistant", name: "Assistant", icon: <Sparkles /> },
  { page: "actions", name: "Actions", icon: <Workflow /> },
  { page: "canned-replies", name: "Canned replies", icon: <MessageSquareText /> },
  { page: "policies", name: "Waiting", icon: <Timer /> },
  { page: "webhooks", name: "Webhooks", icon: <Webhook /> },
];

interface RailProps {
  /** The view that is open, or the page of settings. */
  here: View | SettingsPage;
  onPick(): void;
  onHelp(): void;
}

export function Rail({ here, onPick, onHelp }: RailProps) {
  const { me } = useLive();
  const { data: counts } = useCounts();
  const { data: teams = [] } = useTeams();
  const tags = Object.keys(counts?.tags ?? {}).sort();
  const item = (target: View, icon: ReactNode, name: string, count?: number) => (
    <RailItem key={pathOf(target)} target={target} here={here} icon={icon} name={name} count={count} onPick={onPick} />
  );
  return (
    <nav className="rail" aria-label="Views">
      <div className="rail__brand">
        <Logo />
        <span className="rail__word">Chatref</span>
      </div>
      <ul className="rail__list">
        {item({ kind: "needs_human" }, <Bell />, "Needs a human", counts?.needs_human)}
        {item({ kind: "mine" }, <UserRound />, "Mine", counts?.mine)}
        {item({ kind: "unassigned" }, <UserRoundX />, "Unassigned", counts?.unassigned)}
        {item({ kind: "all" }, <MessagesSquare />, "All live", counts?.all)}
        {item({ kind: "resolved" }, <Archive />, "Resolved", counts?.resolved)}
      </ul>
      {teams.length > 0 && (
        <>
          <h2 className="rail__heading">Teams</h2>
          <ul className="rail__list">
            {teams.map((team) =>
              item({ kind: "team", slug: team.slug }, <Users />, team.name, counts?.teams[team.slug]),
            )}
          </ul>
        </>
      )}
      {tags.length > 0 && (
        <>
          <h2 className="rail__heading">Tags</h2>
          <ul className="rail__list">
            {tags.map((tag) => item({ kind: "tag", tag }, <Tag />, tag, counts?.tags[tag]))}
          </ul>
        </>
      )}
      {mayOpen("reports", me.role) && (
        <>
          <h2 className="rail__heading">Look back</h2>
          <ul className="rail__list">
            <RailLink
              path="/reports"
              isHere={here === "reports"}
              icon={<ChartColumn />}
              name="Reports"
              onPick={onPick}
            />
          </ul>
        </>
      )}
      {SET_UP.some(({ page }) => mayOpen(page, me.role)) && (
        <>
          <h2 className="rail__heading">Set up</h2>
          <ul className="rail__list">
            {SET_UP.filter(({ page }) => mayOpen(page, me.role)).map(({ page, name, icon }) => (
              <RailLink key={page} path={`/${page}`} isHere={here === page} icon={icon} name={name} onPick={onPick} />
            ))}
          </ul>
        </>
      )}
      <Account onHelp={onHelp} />
    </nav>
  );
}

interface RailItemProps {
  target: View;
  here: View | SettingsPage;
  icon: ReactNode;
  name: string;
  count?: number;
  onPick(): void;
}

function RailItem({ target, here, icon, name, count = 0, onPick }: RailItemProps) {
  const path = pathOf(target);
  return (
    <RailLink
      path={path}
      isHere={typeof here !== "string" && path === pathOf(here)}
      calls={target.kind === "needs_human" && count > 0}
      icon={icon}
      name={name}
      onPick={onPick}
    >
      {count > 0 && <span className="rail__count">{count > 999 ? "999+" : count}</span>}
    </RailLink>
  );
}

interface RailLinkProps {
  path: string;
  isHere: boolean;
  calls?: boolean;
  icon: ReactNode;
  name: string;
  onPick(): void;
  children?: ReactNode;
}

function RailLink({ path, isHere, calls = false, icon, name, onPick, children }: RailLinkProps) {
  return (
    <li>
      <Link
        href={path}
        className={`rail__item${isHere ? " is-here" : ""}${calls ? " is-calling" : ""}`}
        aria-current={isHere ? "page" : undefined}
        title={name}
        onClick={onPick}
      >
        <span className="rail__icon" aria-hidden>
          {icon}
        </span>
        <span className="rail__name">{name}</span> {children}
      </Link>
    </li>
  );
}

function Account({ onHelp }: { onHelp(): void }) {
  const { me, status } = useLive();
  const queries = useQueryClient();
  const toasts = useToasts();
  const [theme, setTheme] = useState<Theme>(chosenTheme);
  const [, setPermission] = useState(desktopPermission);
  const pushing = usePushing(me.id);
  const sound = useSound(me.id);

  async function setAvailable(available: boolean) {
    const show = (value: boolean) =>
      queries.setQueryData<Me>(["session"], (known) => known && { ...known, available: value });
    show(available);
    try {
      await inbox.setAvailable(available);
    } catch {
      show(!available);
      toasts.say("That did not work", "You are as available as before.");
    }
  }

  async function signOut() {
    // Not waited for: the server ends it with the session, whatever the browser's push service does.
    void stopPush().catch(() => undefined);
    try {
      await inbox.signOut();
    } finally {
      queries.setQueryData(["session"], null);
    }
  }

  return (
    <div className="account">
      <label className="account__availability" title="While you are away, chats are not offered to you">
        <Switch.Root
          className="switch"
          checked={me.available}
          onCheckedChange={(available) => void setAvailable(available)}
          aria-label="Available"
        >
          <Switch.Thumb className="switch__thumb" />
        </Switch.Root>
        <span className="account__state">{me.available ? "Available" : "Away"}</span>
      </label>
      <Menu
        label="Account"
        trigger={
          <button type="button" className="account__me">
            <AgentAvatar id={me.id} name={me.name} />
            <span className="unseen">Account of </span>
            <span className="account__name">{me.name}</span>
            <span className={`account__dot account__dot--${status}`} aria-hidden />
          </button>
        }
      >
        <MenuLabel>{me.email}</MenuLabel>
        <MenuLine />
        <MenuChoice<Theme>
          value={theme}
          choices={[
            { value: "system", label: "Light or dark like the system" },
            { value: "light", label: "Light" },
            { value: "dark", label: "Dark" },
          ]}
          onChange={(value) => {
            applyTheme(value);
            setTheme(value);
          }}
        />
        <MenuLine />
        <MenuCheck checked={sound.on} onChange={(on) => chooseSound(me.id, { on })}>
          Sound when somebody waits for me
        </MenuCheck>
        <MenuCheck
          checked={sound.on && sound.untilSeen}
          disabled={!sound.on}
          onChange={(untilSeen) => chooseSound(me.id, { untilSeen })}
        >
          Repeat it until I have seen it
        </MenuCheck>
        <MenuLine />
        {desktopPermission() === "default" && (
          <MenuItem
            icon={<BellOff size={15} />}
            onSelect={() => void Notification.requestPermission().then(setPermission)}
          >
            Notify me on this desktop
          </MenuItem>
        )}
        {pushing.state === "off" && (
          <MenuItem icon={<BellRing size={15} />} onSelect={pushing.start}>
            Notify me when the inbox is closed
          </MenuItem>
        )}
        {pushing.state === "on" && (
          <MenuItem icon={<BellOff size={15} />} onSelect={pushing.stop}>
            Stop notifying me when the inbox is closed
          </MenuItem>
        )}
        <MenuItem icon={<Keyboard size={15} />} hint="?" onSelect={onHelp}>
          Keyboard shortcuts
        </MenuItem>
        <MenuItem icon={<LogOut size={15} />} onSelect={() => void signOut()}>
          Sign out
        </MenuItem>
      </Menu>
    </div>
  );
}
