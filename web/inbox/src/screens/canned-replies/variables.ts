/** The variables that a canned reply may have here: those that there always are, and the details that actions ask for. */

import { useLive } from "../../live/live";
import { VARIABLES, type Variable } from "../../text/canned";
import { firstName } from "../../text/names";
import { useCustomActions } from "../custom-actions/queries";

export function useVariables(): Variable[] {
  const { me } = useLive();
  const { data: actions = [] } = useCustomActions();
  const own: Record<string, string> = { "agent.name": me.name, "agent.first_name": firstName(me.name) };
  const known = VARIABLES.map((variable) => ({ ...variable, example: own[variable.name] ?? variable.example }));
  const details = new Map<string, Variable>();
  for (const { name, label, placeholder } of actions.flatMap((action) => action.fields)) {
    if (!details.has(name)) details.set(name, { name: `detail.${name}`, label, example: placeholder || label });
  }
  return [...known, ...details.values()];
}
