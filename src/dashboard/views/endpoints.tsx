import { useSignal } from "@preact/signals";
import type { EndpointStatus } from "../../watch/endpoint_status.ts";
import { api, type EndpointTest } from "../api.ts";
import { Badge } from "../parts/badge.tsx";
import { Notice } from "../parts/notice.tsx";
import { plain } from "../parts/text.ts";
import { Time } from "../parts/time.tsx";
import { useAction } from "../parts/use_action.ts";

/**
 * The webhook endpoints: how each stands, the button that sends it a sample alert, and the one that
 * gives it a fresh start.
 *
 * @param props `endpoints`: as the status shows them; `onChange`: told when one has changed.
 * @returns The element; nothing if there is no endpoint.
 */
export function Endpoints(
  { endpoints, onChange }: { endpoints: readonly EndpointStatus[]; onChange: () => void },
) {
  const action = useAction();
  const tested = useSignal<EndpointTest | undefined>(undefined);
  if (endpoints.length === 0) return null;
  const test = (name: string) =>
    action.run(async () => {
      tested.value = undefined;
      tested.value = await api.testEndpoint(name);
      onChange();
    });
  const resume = (name: string) =>
    action.run(async () => {
      await api.resumeEndpoint(name);
      onChange();
    });
  return (
    <>
      <h2>Endpoints</h2>
      <Notice text={action.problem.value} />
      <p role="status">{tested.value !== undefined && testText(tested.value)}</p>
      <div class="table" role="region" aria-label="Webhook endpoints" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Endpoint</th>
              <th scope="col">State</th>
              <th scope="col" class="number">Queued</th>
              <th scope="col">Last answer</th>
              <th scope="col">Last success</th>
              <th scope="col">Next try</th>
              <th scope="col">Action</th>
            </tr>
          </thead>
          <tbody>
            {endpoints.map(({ name, state, queued, lastAnswer, lastSuccessAt, nextTryAt }) => (
              <tr key={name}>
                <td>{name}</td>
                <td>
                  <Badge word={state} />
                </td>
                <td class="number">{queued}</td>
                <td>
                  {lastAnswer !== null && answerText(lastAnswer)}{" "}
                  <bdi class="quiet">{plain(lastAnswer?.excerpt, 80)}</bdi>
                </td>
                <td>
                  <Time at={lastSuccessAt} />
                </td>
                <td>
                  <Time at={nextTryAt} />
                </td>
                <td>
                  <button
                    type="button"
                    aria-label={`Test ${name}`}
                    disabled={action.busy.value}
                    onClick={() =>
                      test(name)}
                  >
                    Test
                  </button>
                  {state !== "healthy" && (
                    <button
                      type="button"
                      aria-label={`Resume ${name}`}
                      disabled={action.busy.value}
                      onClick={() => resume(name)}
                    >
                      Resume
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

/**
 * What a receiver answered.
 *
 * @param answer The status, or the code that says why there is none.
 * @returns A few words.
 */
export function answerText({ code, status }: { code: string; status: number | null }): string {
  return status === null ? code.replaceAll("_", " ") : String(status);
}

function testText({ endpoint, accepted, hint, durationMs, ...answer }: EndpointTest): string {
  const result = `${answerText(answer)} in ${durationMs} ms`;
  return accepted
    ? `${endpoint} accepted a sample alert: ${result}.`
    : `${endpoint} did not accept a sample alert: ${result}. ${plain(hint)}`;
}
