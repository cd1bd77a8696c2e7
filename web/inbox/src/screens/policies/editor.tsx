import { useQueryClient } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Faults } from "../../api/faults";
import { type LadderAudience, type Policy, policyRoutes } from "../../api/policies";
import type { Team } from "../../api/wire";
import { policyChanged, policyRemoved } from "../../live/policies";
import { wordsFor } from "../../live/sources";
import { useWebhooks } from "../../live/webhooks";
import { Button } from "../../parts/button";
import { Confirm } from "../../parts/confirm";
import { ChoiceEntry, ListEntry, LongEntry, TextEntry } from "../../parts/entry";
import { Toggle } from "../../parts/toggle";
import { useSaving } from "../../parts/saving";
import { useToasts } from "../../parts/toast";
import { entries } from "../custom-actions/draft";
import { PageHead } from "../custom-actions/page-head";
import {
  DAYS,
  type Draft,
  draftOf,
  faultsOf,
  type HoursDraft,
  MINUTES,
  type MinutesField,
  policyOf,
  type StepDraft,
  usualHours,
} from "./draft";

const AUDIENCES: readonly (readonly [LadderAudience, string])[] = [
  ["team", "The team again"],
  ["everybody", "Everybody"],
  ["fallback", "The fallback team"],
  ["supervisors", "The supervisors"],
];
const CHANNELS: readonly (readonly [string, string])[] = [
  ["push", "Browser push"],
  ["email", "E-mail"],
  ["command", "Command"],
];

interface EditorProps {
  saved: Policy;
  /** Whether the team still goes by the default policy. */
  isNew: boolean;
  name: string;
  teams: readonly Team[];
  choices: ReactNode;
  onRail(): void;
}

/** One service policy. A team without its own begins with the default one. */
export function Editor({ saved, isNew, name, teams, choices, onRail }: EditorProps) {
  const queries = useQueryClient();
  const toasts = useToasts();
  const [draft, setDraft] = useState<Draft>(() => draftOf(saved));
  const dirty = JSON.stringify(draft) !== JSON.stringify(draftOf(saved));
  const isTeams = saved.id !== "default";
  const { faults, setFaults, recheck, busy, letGo, form } = useSaving({
    ready: dirty || isNew,
    unsaved: dirty,
    find: () => faultsOf(draft),
    send: () => policyRoutes.replace(saved.id, policyOf(draft, saved)),
    onSaved: (now) => {
      toasts.say("Saved", "Chats take it up with their next step; those that wait for an opening, at that opening.");
      return policyChanged(queries, now);
    },
  });

  function set(change: Partial<Draft>) {
    const next = { ...draft, ...change };
    setDraft(next);
    recheck(() => faultsOf(next));
  }

  async function remove() {
    try {
      await policyRoutes.remove(saved.id);
    } catch (error) {
      setFaults({ "": wordsFor(error) });
      return;
    }
    letGo();
    toasts.say(`${name} goes by the default policy again`);
    await policyRemoved(queries, saved.id);
  }

  const minutes = (field: MinutesField) => (
    <TextEntry
      label={MINUTES[field]}
      hint="Minutes"
      value={draft.minutes[field]}
      fault={faults[field]}
      onChange={(value) => set({ minutes: { ...draft.minutes, [field]: value } })}
    />
  );

  return (
    <form {...form} className="settings__form" noValidate>
      <PageHead title="Waiting" onRail={onRail}>
        {isTeams && !isNew && (
          <Confirm
            title={`Have ${name} go by the default policy?`}
            confirm="Remove"
            onConfirm={() => void remove()}
            trigger={
              <Button small aria-label="Remove this policy">
                <Trash2 size={15} aria-hidden /> <span className="folds">Remove</span>
              </Button>
            }
          >
            What is written here is lost. Chats that wait keep it until their next step.
          </Confirm>
        )}
        {dirty && (
          <Button small onClick={() => setDraft(draftOf(saved))}>
            Discard
          </Button>
        )}
        <Button small look="primary" type="submit" disabled={(!dirty && !isNew) || busy}>
          {isNew ? "Save as its own policy" : "Save"}
        </Button>
      </PageHead>
      <div className="settings__columns settings__columns--in-order">
        <div className="settings__main">
          {choices}
          <p className="settings__lead">
            How long a visitor may wait for a person, who is told when, and what the visitor hears.{" "}
            {isNew ? `${name} goes by the default policy; save to give it its own.` : `This is for: ${name}.`}
          </p>
          {Object.entries(faults)
            .filter(([field]) => field === "" || field === "ladder" || field === "office_hours")
            .map(([field, fault]) => (
              <p key={field} className="faults" role="alert">
                {fault}
              </p>
            ))}
          <section className="block" aria-labelledby="policy-targets">
            <h2 id="policy-targets">Targets</h2>
            <div className="entries">
              {minutes("first_response")}
              {minutes("next_response")}
              {minutes("owner_answers_within")}
              {minutes("owner_grace")}
            </div>
          </section>
          <section className="block" aria-labelledby="policy-ladder">
            <h2 id="policy-ladder">While nobody takes it</h2>
            <Ladder draft={draft} faults={faults} set={set} />
            <div className="entries">
              {minutes("repeat_every")}
              {minutes("repeat_at_most")}
              <ChoiceEntry
                className="entry--wide"
                label="Fallback team"
                value={draft.fallback_team}
                choices={[
                  ["", "The default team"],
                  ...teams.filter(({ slug }) => slug !== saved.id).map((team) => [team.slug, team.name] as const),
                ]}
                fault={faults.fallback_team}
                onChange={(fallback_team) => set({ fallback_team })}
              />
            </div>
          </section>
          <section className="block" aria-labelledby="policy-hours">
            <h2 id="policy-hours">Office hours</h2>
            <OfficeHoursEntries hours={draft.hours} faults={faults} onChange={(hours) => set({ hours })} />
          </section>
          <section className="block" aria-labelledby="policy-words">
            <h2 id="policy-words">What the visitor hears</h2>
            <div className="entries">
              <LongEntry
                className="entry--wide"
                label="Out of hours"
                hint={
                  <>
                    <code>{"{opens}"}</code> becomes the next opening, by the visitor’s own clock. An e-mail address is
                    asked for behind it.
                  </>
                }
                value={draft.closed_text}
                maxLength={1000}
                fault={faults.closed_text}
                onChange={(closed_text) => set({ closed_text })}
              />
              <LongEntry
                className="entry--wide"
                label="With nobody there"
                value={draft.nobody_text}
                maxLength={1000}
                fault={faults.nobody_text}
                onChange={(nobody_text) => set({ nobody_text })}
              />
            </div>
          </section>
        </div>
      </div>
    </form>
  );
}

function Ladder({ draft, faults, set }: { draft: Draft; faults: Faults; set(change: Partial<Draft>): void }) {
  const change = (index: number, part: Partial<StepDraft>) =>
    set({ ladder: draft.ladder.map((step, at) => (at === index ? { ...step, ...part } : step)) });
  const last = draft.ladder.at(-1)!;
  return (
    <ol className="ladder" aria-label="Steps">
      <li className="ladder__step">
        <p className="ladder__when">At once, the team is told</p>
        <Channels chosen={draft.at_once} label="At once" onChange={(at_once) => set({ at_once })} />
      </li>
      {draft.ladder.map((step, index) => (
        <li key={index} className="ladder__step">
          <div className="entries">
            <TextEntry
              label={`Step ${index + 1}: after`}
              hint="Minutes since the wait began"
              value={step.after}
              fault={faults[`ladder.${index}`]}
              onChange={(after) => change(index, { after })}
            />
            <ChoiceEntry
              label="Tell"
              hint="In the inbox, and over"
              value={step.audience}
              choices={AUDIENCES}
              onChange={(audience) => change(index, { audience })}
            />
          </div>
          <Channels
            chosen={step.channels}
            label={`Step ${index + 1}`}
            onChange={(channels) => change(index, { channels })}
          />
          <TextEntry
            label="And say to the visitor"
            value={step.say}
            maxLength={1000}
            placeholder="Nothing"
            onChange={(say) => change(index, { say })}
          />
          {draft.ladder.length > 1 && (
            <Button
              small
              aria-label={`Remove step ${index + 1}`}
              onClick={() => set({ ladder: draft.ladder.filter((_, at) => at !== index) })}
            >
              <Trash2 size={15} aria-hidden /> Remove
            </Button>
          )}
        </li>
      ))}
      {draft.ladder.length < 20 && (
        <li>
          <Button
            small
            onClick={() =>
              set({ ladder: [...draft.ladder, { ...last, after: String(Number(last.after) + 10), say: "" }] })
            }
          >
            <Plus size={15} aria-hidden /> Add a step
          </Button>
        </li>
      )}
    </ol>
  );
}

function Channels(props: { chosen: readonly string[]; label: string; onChange(channels: string[]): void }) {
  const { data: webhooks = [] } = useWebhooks();
  const known = [...CHANNELS, ...webhooks.map(({ slug, name }) => [`webhook:${slug}`, name] as const)];
  return (
    <fieldset className="ladder__channels">
      <legend className="unseen">{props.label}: channels beside the inbox</legend>
      {known.map(([channel, name]) => (
        <label key={channel} className="check">
          <input
            type="checkbox"
            checked={props.chosen.includes(channel)}
            onChange={(event) =>
              props.onChange(
                event.target.checked ? [...props.chosen, channel] : props.chosen.filter((each) => each !== channel),
              )
            }
          />
          {name}
        </label>
      ))}
    </fieldset>
  );
}

const ZONES = Intl.supportedValuesOf("timeZone");

function OfficeHoursEntries(props: {
  hours: HoursDraft | null;
  faults: Faults;
  onChange(hours: HoursDraft | null): void;
}) {
  const { hours, faults, onChange } = props;
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <>
      <div className="policies__open">
        <label className="check">
          <Toggle
            checked={hours !== null}
            onChange={(wanted) => onChange(wanted ? usualHours(here) : null)}
            label="Office hours"
          />
          Office hours
        </label>
        <p className="policies__note">
          {hours ? "Outside them, the visitor hears when you are back." : "Without them, the team is always open."}
        </p>
      </div>
      {hours && (
        <div className="entries policies__hours">
          <ChoiceEntry
            className="entry--wide"
            label="Time zone"
            value={hours.time_zone}
            choices={[...new Set([hours.time_zone, "UTC", ...ZONES])].map((zone) => [zone, zone] as const)}
            onChange={(time_zone) => onChange({ ...hours, time_zone })}
          />
          {DAYS.map((day) => (
            <TextEntry
              key={day}
              label={day[0]!.toUpperCase() + day.slice(1)}
              value={hours.days[day]}
              placeholder="Closed"
              fault={faults[day]}
              onChange={(line) => onChange({ ...hours, days: { ...hours.days, [day]: line } })}
            />
          ))}
          <ListEntry
            className="entry--wide"
            label="Holidays"
            hint="One a line: 2026-12-25 Christmas, or 2026-12-24 09:00-12:00 for shorter hours."
            value={hours.holidays}
            read={(text) => entries(text, "\n")}
            separator={"\n"}
            fault={faults.holidays}
            onChange={(holidays) => onChange({ ...hours, holidays })}
          />
        </div>
      )}
    </>
  );
}
