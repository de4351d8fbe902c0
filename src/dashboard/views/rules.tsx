import type { RuleSummary } from "../../http/log_access.ts";
import type { Alert } from "../../alert/alert.ts";
import { address, linkTo, setFilters } from "../address.ts";
import { api } from "../api.ts";
import type { Row } from "../feed_row.ts";
import { Badge } from "../parts/badge.tsx";
import { Drawer } from "../parts/drawer.tsx";
import { Notice } from "../parts/notice.tsx";
import { SearchField, searchOf } from "../parts/search_field.tsx";
import { Time } from "../parts/time.tsx";
import { usePolled } from "../polled.ts";
import type { ViewProps } from "../view_props.ts";
import { RuleDetails } from "./rule_details.tsx";

const INTERVAL_MS = 30_000;

/** What the address names instead of a rule for one that is being written. */
const NEW = "new";
/** On how many events a rule is tried. */
const TRIED_EVENTS = 10_000;

/**
 * The rules, with how often each has alerted lately, and one of them in full, to be tried. The one
 * that is open is in the address.
 *
 * @param props See `ViewProps`.
 * @returns The element.
 */
export function RulesView({ alerts, events }: ViewProps) {
  const { value, problem } = usePolled(api.rules, INTERVAL_MS);
  const { q = "", id = "" } = address.value.filters;
  alerts.changed.value; // draw again with every change
  const fired = countAlerts(alerts.rows);
  const isFound = searchOf(q);
  const all = [...value?.rules ?? [], ...value?.disabled ?? []];
  const disabled = new Set(value?.disabled);
  const rules = all.filter((rule) =>
    isFound?.([rule.title, rule.description, rule.level, ...rule.tags].join(" ")) ?? true
  );
  const open = all.find((rule) => rule.id === id);
  const latest = () =>
    events.rows.slice(-TRIED_EVENTS).flatMap((row) => "id" in row ? [row.value] : []);
  return (
    <>
      <div class="filters">
        <SearchField placeholder="Title, tag, level" />
        <button type="button" onClick={() => setFilters({ id: NEW })}>Try a new rule</button>
        <output class="quiet">
          {rules.length} of {all.length} rules
          {value !== undefined && `, ${value.source}, revision ${value.revision.slice(0, 12)}`}
        </output>
      </div>
      <Notice text={problem} />
      <Notice text={value?.refused ?? ""} />
      <div class="table" role="region" aria-label="Rules" tabIndex={0}>
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
            {rules.map((rule) => (
              <RuleRow
                key={rule.id}
                rule={rule}
                isDisabled={disabled.has(rule)}
                fired={fired.get(rule.id)}
              />
            ))}
          </tbody>
        </table>
      </div>
      <p class="quiet">Alerts are counted among the latest {alerts.rows.length} of the log.</p>
      {value !== undefined && (open !== undefined || id === NEW) && (
        <Drawer
          key={id}
          title={open?.title ?? "Try a new rule"}
          onClose={() => setFilters({ id: "" })}
        >
          <RuleDetails rule={open} rules={all} events={latest} />
        </Drawer>
      )}
    </>
  );
}

interface Fired {
  readonly count: number;
  readonly last: string;
}

function RuleRow({ rule, isDisabled, fired }: {
  rule: RuleSummary;
  isDisabled: boolean;
  fired: Fired | undefined;
}) {
  return (
    <tr>
      <td>
        <a href={linkTo("rules", { ...address.value.filters, id: rule.id })}>{rule.title}</a>
      </td>
      <td>
        <Badge word={rule.level ?? "informational"} />
      </td>
      <td>{isDisabled ? <Badge word="disabled" /> : rule.status ?? ""}</td>
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
