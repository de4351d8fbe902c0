import type { RuleSummary } from "../../http/log_access.ts";
import type { Alert } from "../../alert/alert.ts";
import { address, linkTo, setFilters } from "../address.ts";
import { api } from "../api.ts";
import type { Row } from "../feed_row.ts";
import { Badge } from "../parts/badge.tsx";
import { Notice } from "../parts/notice.tsx";
import { SearchField, searchOf } from "../parts/search_field.tsx";
import { Time } from "../parts/time.tsx";
import { usePolled } from "../polled.ts";
import type { ViewProps } from "../view_props.ts";

const INTERVAL_MS = 30_000;

/**
 * The rules in force, with how often each has alerted lately.
 *
 * @param props See `ViewProps`.
 * @returns The element.
 */
export function RulesView({ alerts }: ViewProps) {
  const { value, problem } = usePolled(api.rules, INTERVAL_MS);
  const { q = "", id = "" } = address.value.filters;
  alerts.changed.value; // draw again with every change
  const fired = countAlerts(alerts.rows);
  const isFound = searchOf(q);
  const rules = (value?.rules ?? []).filter((rule) => {
    if (id !== "" && rule.id !== id) return false;
    return isFound?.([rule.title, rule.description, rule.level, ...rule.tags].join(" ")) ?? true;
  });
  return (
    <>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <SearchField placeholder="Title, tag, level" />
        {id !== "" && (
          <button type="button" onClick={() => setFilters({ id: "" })}>Show all rules</button>
        )}
        <output class="quiet">
          {rules.length} of {value?.rules.length ?? 0} rules
          {value !== undefined && `, ${value.source}, revision ${value.revision.slice(0, 12)}`}
        </output>
      </form>
      <Notice text={problem} />
      <Notice text={value?.refused ?? ""} />
      <div class="table" role="region" aria-label="Rules in force" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Rule</th>
              <th scope="col">Level</th>
              <th scope="col">Status</th>
              <th scope="col" class="number">Alerts</th>
              <th scope="col">Last</th>
            </tr>
          </thead>
          <tbody>
            {rules.map((rule) => <RuleRow key={rule.id} rule={rule} fired={fired.get(rule.id)} />)}
          </tbody>
        </table>
      </div>
      <p class="quiet">Alerts are counted among the latest {alerts.rows.length} of the log.</p>
    </>
  );
}

interface Fired {
  readonly count: number;
  readonly last: string;
}

function RuleRow({ rule, fired }: { rule: RuleSummary; fired: Fired | undefined }) {
  return (
    <tr>
      <td>
        <details>
          <summary>{rule.title}</summary>
          <p class="prose">{rule.description ?? "It has no description."}</p>
          <p class="quiet">{[rule.id, ...rule.tags].join(", ")}</p>
        </details>
      </td>
      <td>
        <Badge word={rule.level ?? "informational"} />
      </td>
      <td>{rule.status ?? ""}</td>
      <td class="number">
        {fired === undefined
          ? 0
          : <a href={linkTo("alerts", { rule: rule.id, level: "informational" })}>{fired.count}</a>}
      </td>
      <td>{fired === undefined ? "" : <Time at={fired.last} />}</td>
    </tr>
  );
}

function countAlerts(rows: readonly Row<Alert>[]): Map<string, Fired> {
  const fired = new Map<string, Fired>();
  for (const row of rows) {
    if (!("id" in row)) continue;
    const { id } = row.value.rule;
    const last = row.value.lastAt ?? row.recordedAt;
    const before = fired.get(id);
    fired.set(id, {
      count: (before?.count ?? 0) + 1,
      last: before !== undefined && before.last > last ? before.last : last,
    });
  }
  return fired;
}
