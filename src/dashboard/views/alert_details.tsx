import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Alert } from "../../alert/alert.ts";
import type { AlertState } from "../../alert/alert_state.ts";
import { linkTo } from "../address.ts";
import { type AlertHistory, api } from "../api.ts";
import { Badge } from "../parts/badge.tsx";
import { EventJson } from "../parts/event_json.tsx";
import { LinkedText } from "../parts/linked_text.tsx";
import { Notice } from "../parts/notice.tsx";
import { counted, plain } from "../parts/text.ts";
import { Time } from "../parts/time.tsx";
import { useAction } from "../parts/use_action.ts";

const HOUR_MS = 3_600_000;
const SILENCE_HOURS = [["1", "1 hour"], ["8", "8 hours"], ["24", "1 day"], ["168", "7 days"]];
/** What a button makes of an alert, by the state that it is in. */
const NEXT: Record<AlertState, readonly (readonly [state: AlertState, action: string])[]> = {
  open: [["acknowledged", "Acknowledge"], ["closed", "Close alert"]],
  acknowledged: [["closed", "Close alert"], ["open", "Open again"]],
  closed: [["open", "Open again"]],
};

/**
 * One alert: what happened and why it alerted, what to do, who is handling it.
 *
 * @param props `alert`: the alert; `state`: the one that it is in, if that is known; `onState`: told
 *   of a new state; `onSilenced`: told of a new silence.
 * @returns The element.
 */
export function AlertDetails({ alert, state, onState, onSilenced }: {
  alert: Alert;
  state: AlertState | undefined;
  onState: (state: AlertState) => void;
  onSilenced: () => void;
}) {
  const { rule, group = [] } = alert;
  return (
    <>
      <p class="facts-line">
        <Badge word={alert.level} />
        <span>{counted(alert.eventCount, "event")}</span>
        <Time at={alert.firstAt} />
        {alert.lastAt !== alert.firstAt && (
          <>
            to <Time at={alert.lastAt} />
          </>
        )}
        <a href={linkTo("deliveries", { alert: alert.id })}>Deliveries</a>
      </p>
      <p>
        Actor: <bdi>{actorOf(alert) || "unknown"}</bdi>
      </p>
      <Handling alert={alert} known={state} onState={onState} />
      {rule.runbook !== undefined && (
        <section>
          <h3>What to do</h3>
          <p class="prose">
            <LinkedText text={rule.runbook} />
          </p>
        </section>
      )}
      <section>
        <h3>Why</h3>
        <p>
          Rule: <a href={linkTo("rules", { id: rule.id })}>{rule.title}</a>
        </p>
        {rule.description !== undefined && (
          <p class="prose">
            <LinkedText text={rule.description} />
          </p>
        )}
        {alert.parts !== undefined && (
          <ul>
            {alert.parts.map(({ ruleId, title, count }) => <li key={ruleId}>{count} × {title}</li>)}
          </ul>
        )}
        {group.length > 0 && (
          <dl class="facts">
            {group.map(({ field, value }) => (
              <>
                <dt>{field}</dt>
                <dd>
                  <bdi>{plain(value)}</bdi>
                </dd>
              </>
            ))}
          </dl>
        )}
        {alert.matched.length > 0 && (
          <ul class="matched">
            {alert.matched.map(({ item, field, value }) => (
              <li>
                <code>{plain(item)}</code> matched {field ?? "a keyword"}:{" "}
                <mark>
                  <bdi>{plain(value)}</bdi>
                </mark>
              </li>
            ))}
          </ul>
        )}
        {rule.falsepositives.length > 0 && (
          <p class="quiet">Harmless causes: {rule.falsepositives.join("; ")}</p>
        )}
        {rule.references.length > 0 && (
          <ul>
            {rule.references.map((text) => (
              <li key={text}>
                <LinkedText text={text} />
              </li>
            ))}
          </ul>
        )}
      </section>
      <section>
        <h3>
          {alert.events.length < alert.eventCount
            ? `The first ${alert.events.length} of ${alert.eventCount} events`
            : "Events"}
        </h3>
        {alert.events.map(({ event, id }, index) => (
          <details key={id ?? index} open={alert.events.length <= 2}>
            <summary>
              <Time at={event.date} /> <bdi>{plain(event.event, 80)}</bdi>{" "}
              <bdi class="quiet">{plain(event.user, 80)}</bdi>
            </summary>
            <EventJson event={event} matched={[...alert.matched, ...group]} />
          </details>
        ))}
      </section>
      <SilenceForm alert={alert} onSilenced={onSilenced} />
    </>
  );
}

/** Who is handling it, and the buttons to say so. */
function Handling(
  { alert: { id }, known, onState }: {
    alert: Alert;
    known: AlertState | undefined;
    onState: (state: AlertState) => void;
  },
) {
  const found = useSignal<AlertHistory | undefined>(undefined);
  const note = useSignal("");
  const action = useAction();
  // Again when somebody else has changed it.
  useEffect(() => {
    if (found.value !== undefined && found.value.state === known) return;
    void action.run(async () => {
      found.value = await api.alertHistory(id);
      onState(found.value.state);
    });
  }, [id, known]);
  const change = (state: AlertState) =>
    action.run(async () => {
      found.value = await api.changeAlert(id, state, note.value);
      note.value = "";
      onState(state);
    });
  const { state, history } = found.value ?? { state: "open", history: [] };
  return (
    <section aria-label="Handling">
      <p role="status">
        State: <Badge word={state} />
      </p>
      <div class="actions">
        <label>
          Note
          <input
            value={note.value}
            maxLength={1000}
            onInput={(event) => note.value = event.currentTarget.value}
          />
        </label>
        {NEXT[state].map(([next, text]) => (
          <button
            key={next}
            type="button"
            disabled={action.busy.value}
            onClick={() => change(next)}
          >
            {text}
          </button>
        ))}
      </div>
      <Notice text={action.problem.value} />
      {history.length > 0 && (
        <ul class="history">
          {history.map((one) => (
            <li key={one.at}>
              <Time at={one.at} /> {one.state} by {one.by}
              {one.note !== null && (
                <>
                  : <bdi>{plain(one.note, 1000)}</bdi>
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** Holds back further alerts of this rule, for a time, with a reason. */
function SilenceForm({ alert, onSilenced }: { alert: Alert; onSilenced: () => void }) {
  const action = useAction();
  const done = useSignal("");
  const group = alert.group ?? [];
  return (
    <section>
      <h3>Silence</h3>
      <form
        class="actions"
        onSubmit={(event) => {
          event.preventDefault();
          const form = event.currentTarget;
          const given = new FormData(form);
          void action.run(async () => {
            const silence = await api.silence({
              rule: alert.rule.id,
              fields: given.has("group")
                ? Object.fromEntries(group.map(({ field, value }) => [field, [value]]))
                : {},
              until: new Date(Date.now() + Number(given.get("hours")) * HOUR_MS).toISOString(),
              reason: String(given.get("reason")),
            });
            done.value = silence.until;
            form.reset();
            onSilenced();
          });
        }}
      >
        <label>
          For
          <select name="hours">
            {SILENCE_HOURS.map(([hours, text]) => <option key={hours} value={hours}>{text}
            </option>)}
          </select>
        </label>
        <label>
          Reason
          <input name="reason" required maxLength={300} />
        </label>
        {group.length > 0 && (
          <label class="check">
            <input type="checkbox" name="group" defaultChecked />
            Only for {group.map(({ field, value }) => `${field} ${plain(value, 60)}`).join(", ")}
          </label>
        )}
        <button type="submit" disabled={action.busy.value}>Silence this rule</button>
      </form>
      <Notice text={action.problem.value} />
      <p role="status">
        {done.value !== "" && (
          <>
            Notifications are held back until <Time at={done.value} />.
          </>
        )}
      </p>
    </section>
  );
}

/**
 * Who did what an alert is about.
 *
 * @param alert The alert.
 * @returns The user of its events, or how many they are; empty if that is unknown.
 */
export function actorOf({ events }: Alert): string {
  const users = new Set(events.map(({ event: { user } }) => plain(user)).filter(Boolean));
  const [first = ""] = users;
  return users.size > 1 ? counted(users.size, "user") : first;
}
