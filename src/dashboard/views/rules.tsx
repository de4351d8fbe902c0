import { address, linkTo, setFilters } from "../address.ts";
import { api, type CountedRule } from "../api.ts";
import { Badge } from "../parts/badge.tsx";
import { Drawer } from "../parts/drawer.tsx";
import { Notice } from "../parts/notice.tsx";
import { SearchField, searchOf } from "../parts/search_field.tsx";
import { counted } from "../parts/text.ts";
import { Time } from "../parts/time.tsx";
import { usePolled } from "../polled.ts";
import type { ViewProps } from "../view_props.ts";
import { RuleDetails } from "./rule_details.tsx";

const INTERVAL_MS = 10_000;

/** What the address names instead of a rule for one that is being written. */
const NEW = "new";
/** On how many events a rule is tried. */
const TRIED_EVENTS = 10_000;

/**
 * The rules, with how often each has alerted, and one of them in full, to be tried. The one
 * that is open is in the address.
 *
 * @param props See `ViewProps`.
 * @returns The element.
 */
export function RulesView({ events }: ViewProps) {
  const { value, problem } = usePolled(api.rules, INTERVAL_MS);
  const { q = "", id = "" } = address.value.filters;
  const isFound = searchOf(q);
  const all = [...value?.rules ?? [], ...value?.disabled ?? []];
  const disabled = new Set(value?.disabled);
  const rules = all.filter((rule) =>
    isFound?.([rule.title, rule.description, rule.level, ...rule.tags].join(" ")) ?? true
  );
  const open = all.find((rule) => rule.id === id);
  const isLoading = events.connection.value === "loading";
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
              <th scope="col" class="number">Alerts</th>
              <th scope="col">Last alert</th>
              <th scope="col">Status</th>
            </tr>
          </thead>
          <tbody>
            {rules.map((rule) => (
              <RuleRow key={rule.id} rule={rule} isDisabled={disabled.has(rule)} />
            ))}
          </tbody>
        </table>
      </div>
      <p class="quiet">Alerts are counted since the log was created.</p>
      {value !== undefined && (open !== undefined || id === NEW) && (
        <Drawer
          key={id}
          title={open?.title ?? "Try a new rule"}
          onClose={() => setFilters({ id: "" })}
        >
          {open !== undefined && <RuleFacts rule={open} isDisabled={disabled.has(open)} />}
          <RuleDetails rule={open} rules={all} events={isLoading ? undefined : latest} />
        </Drawer>
      )}
    </>
  );
}

interface RuleProps {
  readonly rule: CountedRule;
  readonly isDisabled: boolean;
}

function RuleRow({ rule, isDisabled }: RuleProps) {
  return (
    <tr>
      <td>
        <a href={linkTo("rules", { ...address.value.filters, id: rule.id })}>{rule.title}</a>{" "}
        {isDisabled && <Badge word="disabled" />}
      </td>
      <td>
        <Badge word={rule.level ?? "informational"} />
      </td>
      <td class="number">
        {rule.alerts === 0 ? 0 : <a href={alertsOf(rule)}>{rule.alerts.toLocaleString()}</a>}
      </td>
      <td>{rule.lastAlertAt !== null && <Time at={rule.lastAlertAt} />}</td>
      <td>{rule.status}</td>
    </tr>
  );
}

function RuleFacts({ rule, isDisabled }: RuleProps) {
  return (
    <p class="facts-line">
      <Badge word={rule.level ?? "informational"} />
      {isDisabled && <Badge word="disabled" />}
      <span>{rule.status}</span>
      <a href={alertsOf(rule)}>{counted(rule.alerts, "alert")}</a>
      {rule.lastAlertAt !== null && (
        <span>
          last <Time at={rule.lastAlertAt} />
        </span>
      )}
    </p>
  );
}

function alertsOf({ id }: CountedRule): string {
  return linkTo("alerts", { rule: id, level: "informational" });
}
