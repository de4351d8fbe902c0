import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { RuleSummary } from "../../http/log_access.ts";
import type { Problem } from "../../sigma/problem.ts";
import type { UserEvent } from "../../thousandeyes/event/user_event.ts";
import { api } from "../api.ts";
import { Notice } from "../parts/notice.tsx";
import { counted, plain } from "../parts/text.ts";
import { Time } from "../parts/time.tsx";
import { useAction } from "../parts/use_action.ts";
import type { Tried } from "../try_rules.ts";

const SHOWN = 50;
/** What a new rule begins with. */
const TEMPLATE = `title: A test was deleted
logsource:
  product: thousandeyes
  service: audit
detection:
  selection:
    event|contains: test deleted
  condition: selection
level: medium
`;

/**
 * How a rule is written, and what it would have done with the events that the page has loaded. The
 * text can be changed and tried; that changes nothing else.
 *
 * @param props `rule`: the rule; undefined for a new one; `rules`: all rules, for correlations;
 *   `events`: the events to try it on; undefined until they are loaded.
 * @returns The element.
 */
export function RuleDetails({ rule, rules, events }: {
  rule: RuleSummary | undefined;
  rules: readonly RuleSummary[];
  events: (() => readonly UserEvent[]) | undefined;
}) {
  const text = useSignal<string | null | undefined>(rule === undefined ? TEMPLATE : undefined);
  const tried = useSignal<Tried & { count: number } | undefined>(undefined);
  const loading = useAction();
  const trying = useAction();
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (rule !== undefined) {
      void loading.run(async () => {
        text.value = await api.ruleSource(rule.id);
      });
    }
  }, []);
  const sourceOf = async (reference: string) => {
    const found = rules.find(({ id, name }) => id === reference || name === reference);
    return found && (await api.ruleSource(found.id) ?? undefined);
  };
  const tryIt = (tryOn: readonly UserEvent[]) =>
    trying.run(async () => {
      tried.value = undefined;
      const { tryRules } = await import("../try_rules.ts");
      tried.value = {
        ...await tryRules(text.value ?? "", tryOn, sourceOf),
        count: tryOn.length,
      };
    });
  const goTo = ({ line, column }: Problem) => {
    const before = (text.value ?? "").split("\n").slice(0, line - 1);
    const place = before.reduce((sum, { length }) => sum + length + 1, 0) + column - 1;
    area.current?.focus();
    area.current?.setSelectionRange(place, place);
  };
  return (
    <>
      {rule !== undefined && (
        <>
          <p class="prose">{rule.description ?? "It has no description."}</p>
          <p class="quiet">{[rule.id, ...rule.tags].join(", ")}</p>
        </>
      )}
      <Notice text={loading.problem.value} />
      {text.value === null && (
        <p>
          The source of this rule is not here: it was uploaded in a bundle, which leaves it out.
        </p>
      )}
      {typeof text.value === "string" && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (events !== undefined) void tryIt(events());
          }}
        >
          <label class="source">
            Source
            <textarea
              ref={area}
              class="mono"
              rows={18}
              spellcheck={false}
              wrap="off"
              value={text.value}
              onInput={(event) => text.value = event.currentTarget.value}
            />
          </label>
          <div class="actions">
            <button
              type="submit"
              class="primary"
              disabled={events === undefined || trying.busy.value}
            >
              Try on the last events
            </button>
            <span class="quiet">It runs in this browser, and changes nothing.</span>
          </div>
        </form>
      )}
      <Notice text={trying.problem.value} />
      <div role="status">
        {trying.busy.value && <p class="quiet">Trying</p>}
        {tried.value !== undefined && <Outcome tried={tried.value} onPlace={goTo} />}
      </div>
    </>
  );
}

function Outcome(
  { tried: { problems, complaints, alerts, tests, count }, onPlace }: {
    tried: Tried & { count: number };
    onPlace: (problem: Problem) => void;
  },
) {
  const failed = tests.filter(({ passed }) => !passed);
  const isRefused = problems.some(({ severity }) => severity === "error");
  return (
    <>
      {problems.length > 0 && (
        <ul class="problems">
          {problems.map((problem) => (
            <li key={`${problem.line} ${problem.column} ${problem.message}`}>
              <button
                type="button"
                onClick={() =>
                  onPlace(problem)}
              >
                Line {problem.line}, column {problem.column}
              </button>{" "}
              <bdi>{plain(problem.message)}</bdi>
              {problem.suggestion !== undefined && (
                <>
                  ; did you mean <bdi>{plain(problem.suggestion)}</bdi>?
                </>
              )}
            </li>
          ))}
        </ul>
      )}
      {complaints.length > 0 && (
        <ul class="problems">
          {complaints.map((text) => <li key={text}>{plain(text)}</li>)}
        </ul>
      )}
      {isRefused ? <p>It cannot be tried like this.</p> : (
        <>
          <h3>
            {counted(alerts.length, "alert")} in the last{" "}
            {count === 1 ? "event" : `${count.toLocaleString()} events`}
          </h3>
          <ul class="tried">
            {alerts.slice(0, SHOWN).map(({ id, at, summary, eventCount }) => (
              <li key={id}>
                <Time at={at === null ? null : new Date(at).toISOString()} />
                <bdi>{plain(summary)}</bdi>
                {eventCount > 1 && <span class="quiet">{eventCount} events</span>}
              </li>
            ))}
          </ul>
          {alerts.length > SHOWN && <p class="quiet">These are the latest {SHOWN}.</p>}
          <h3>{testsText(tests.length, failed.length)}</h3>
          {failed.length > 0 && (
            <ul class="problems">
              {failed.map(({ name, message }) => (
                <li key={name}>
                  {plain(name)}: {plain(message)}
                </li>
              ))}
            </ul>
          )}
        </>
      )}
    </>
  );
}

function testsText(count: number, failed: number): string {
  if (count === 0) return "It has no tests";
  const tests = counted(count, "test");
  return failed === 0 ? `${tests} passed` : `${failed} of ${tests} failed`;
}
