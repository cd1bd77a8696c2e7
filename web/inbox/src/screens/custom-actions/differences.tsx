import type { ActionPlan, Difference, PlannedAction } from "../../api/actions";
import { fieldName, valueWords } from "./wording";

/** What came is marked with a plus, what went is struck through: never by colour alone. */
export function Differences({ differences }: { differences: readonly Difference[] }) {
  return (
    <dl className="differences">
      {differences.map(({ field, before, after, added, removed }) => (
        <div key={field}>
          <dt>{fieldName(field)}</dt>
          <dd>
            {added.length + removed.length === 0 ? (
              <p>
                <del>{valueWords(before)}</del> → <ins>{valueWords(after)}</ins>
              </p>
            ) : (
              <ul>
                {removed.map((each) => (
                  <li key={`-${each}`} className="is-removed">
                    <del>{each}</del>
                  </li>
                ))}
                {added.map((each) => (
                  <li key={`+${each}`} className="is-added">
                    <ins>{each}</ins>
                  </li>
                ))}
              </ul>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

export function Plan({ plan }: { plan: ActionPlan }) {
  return (
    <div className="plan">
      <Group title="New" actions={plan.created} />
      <Group title="Changed" actions={plan.changed} />
      <Group title="Deleted" actions={plan.deleted} />
      {plan.order.length > 0 && (
        <section>
          <h3>Order</h3>
          <p>{plan.order.join(" · ")}</p>
        </section>
      )}
      <Group title="Unchanged" actions={plan.unchanged} />
    </div>
  );
}

function Group({ title, actions }: { title: string; actions: readonly PlannedAction[] }) {
  if (actions.length === 0) return null;
  const plain = actions.every((action) => action.differences.length === 0);
  return (
    <section>
      <h3>
        {title} · {actions.length}
      </h3>
      {plain ? (
        <p>{actions.map((action) => action.name).join(" · ")}</p>
      ) : (
        actions.map((action) => (
          <div key={action.id} className="plan__action">
            <h4>{action.name}</h4>
            <Differences differences={action.differences} />
          </div>
        ))
      )}
    </section>
  );
}
