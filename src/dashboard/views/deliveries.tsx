import { MESSAGE_STATES } from "../../store/outbox_message.ts";
import { address, linkTo, setFilters } from "../address.ts";
import { api, type Delivery } from "../api.ts";
import type { EndpointStatus } from "../../watch/endpoint_status.ts";
import { Badge } from "../parts/badge.tsx";
import { Choice } from "../parts/choice.tsx";
import { Notice } from "../parts/notice.tsx";
import { Time } from "../parts/time.tsx";
import { useAction } from "../parts/use_action.ts";
import { usePolled } from "../polled.ts";
import type { ViewProps } from "../view_props.ts";
import { answerText, Endpoints } from "./endpoints.tsx";

const INTERVAL_MS = 5_000;
const LIMIT = "100";

/**
 * The webhook endpoints with their states, and the messages to them, newest first: where each
 * stands, and the button to send it again.
 *
 * @param props See `ViewProps`.
 * @returns The element.
 */
export function DeliveriesView({ status }: ViewProps) {
  const { state = "", endpoint = "", alert = "", before = "" } = address.value.filters;
  const query = Object.fromEntries(
    Object.entries({ state, endpoint, alert, before, limit: LIMIT })
      .filter(([, value]) => value !== ""),
  );
  const { value, problem, reload } = usePolled(
    (signal) => api.deliveries(query, signal),
    INTERVAL_MS,
    JSON.stringify(query),
  );
  const action = useAction();
  const deliveries = value?.deliveries ?? [];
  const endpoints = status.value?.endpoints ?? [];
  return (
    <>
      <Endpoints endpoints={endpoints} onChange={status.reload} />
      <h2>Messages</h2>
      <form class="filters" onSubmit={(event) => event.preventDefault()}>
        <Choice
          label="State"
          value={state}
          onChange={(state) => setFilters({ state, before: "" })}
          options={[["", "all"], ...MESSAGE_STATES.map((one) => [one, one] as const)]}
        />
        <Choice
          label="Endpoint"
          value={endpoint}
          onChange={(endpoint) => setFilters({ endpoint, before: "" })}
          options={[
            ["", "all"],
            ...names(endpoints, endpoint).map((name) => [name, name] as const),
          ]}
        />
        {alert !== "" && (
          <button
            type="button"
            onClick={() => setFilters({ alert: "", before: "" })}
          >
            Show all alerts
          </button>
        )}
        {before !== "" && (
          <button type="button" onClick={() => setFilters({ before: "" })}>Newest</button>
        )}
        {value !== undefined && value.next !== null && (
          <button
            type="button"
            onClick={() => setFilters({ before: String(value.next) })}
          >
            Older
          </button>
        )}
      </form>
      <Notice text={problem} />
      <Notice text={action.problem.value} />
      <div class="table" role="region" aria-label="Messages to webhooks" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Message</th>
              <th scope="col">Endpoint</th>
              <th scope="col">State</th>
              <th scope="col" class="number">Attempts</th>
              <th scope="col">Last answer</th>
              <th scope="col">Next try</th>
              <th scope="col">Queued</th>
              <th scope="col">Action</th>
            </tr>
          </thead>
          <tbody>
            {deliveries.map((delivery) => (
              <tr key={delivery.id}>
                <td>
                  <a href={linkTo("alerts", { id: delivery.alert })}>{delivery.id}</a>
                </td>
                <td>{delivery.endpoint}</td>
                <td>
                  <Badge word={delivery.state} />
                </td>
                <td class="number">{delivery.attempt}</td>
                <td>{lastAnswer(delivery)}</td>
                <td>
                  <Time at={delivery.dueAt} />
                </td>
                <td>
                  <Time at={delivery.createdAt} />
                </td>
                <td>
                  <button
                    type="button"
                    aria-label={`Redeliver message ${delivery.id}`}
                    disabled={action.busy.value}
                    onClick={() =>
                      action.run(async () => {
                        await api.redeliver(delivery.id);
                        reload();
                      })}
                  >
                    Redeliver
                  </button>
                </td>
              </tr>
            ))}
            {value !== undefined && deliveries.length === 0 && (
              <tr>
                <td colSpan={8} class="quiet">No messages match.</td>
              </tr>
            )}
          </tbody>
        </table>
      </div>
    </>
  );
}

/** The name of an endpoint that is gone stays a choice while it is the filter. */
function names(endpoints: readonly EndpointStatus[], chosen: string): string[] {
  const all = new Set(endpoints.map(({ name }) => name));
  if (chosen !== "") all.add(chosen);
  return [...all].sort();
}

function lastAnswer({ lastAttempt }: Delivery): string {
  if (lastAttempt === null) return "";
  return `${answerText(lastAttempt)} in ${lastAttempt.durationMs} ms`;
}
