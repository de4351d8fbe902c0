import { assert, assertEquals } from "@std/assert";
import { hc } from "hono/client";
import type { Alert } from "../../src/alert/alert.ts";
import type { ListedEndpoint, Status } from "../../src/http/log_access.ts";
import type { PanoptesApi } from "../../src/http/panoptes_api.ts";
import { LogFixture } from "./log_fixture.ts";

/** An answer that has to be a success. */
function success<Answer extends { readonly ok: boolean; readonly status: number }>(
  answer: Answer,
): Extract<Answer, { readonly ok: true }> {
  assert(answer.ok, String(answer.status));
  return answer as Extract<Answer, { readonly ok: true }>;
}

/** A client of the routes over a log with one alert and one message. */
function client(fixture: LogFixture) {
  fixture.queueAlert("a");
  return hc<PanoptesApi>("http://panoptes.test", {
    fetch: (input: string | URL | Request, init?: RequestInit) => fixture.app.request(input, init),
  });
}

Deno.test("hc<PanoptesApi> knows what each operation takes and answers, and asks for it", async () => {
  using fixture = new LogFixture();
  const { v1, metrics } = client(fixture);
  const status = success(await v1.status.$get());
  const { rules }: Status = await status.json();
  assertEquals(rules, 0);

  const list = success(
    await v1.deliveries.$get({ query: { state: "pending", limit: "10" } }),
  );
  assertEquals((await list.json()).deliveries.map(({ alert, endpoint }) => [alert, endpoint]), [
    ["a", "siem"],
  ]);

  const changed = success(
    await v1.alerts[":id"].state.$put({ param: { id: "a" }, json: { state: "acknowledged" } }),
  );
  assertEquals((await changed.json()).state, "acknowledged");

  const found = success(
    await v1.alerts.$get({ query: { level: "medium", "event|startswith": "Login" } }, {
      headers: { Accept: "application/json" },
    }),
  );
  const [alert]: Alert[] = (await found.json()).alerts.map(({ alert }) => alert);
  assertEquals(alert?.id, "a");

  assert((await (await metrics.$get()).text()).includes("panoptes_health"));
});

Deno.test("hc<PanoptesApi> tells a problem from a success by its status", async () => {
  using fixture = new LogFixture();
  const { v1 } = client(fixture);
  const stored = await v1.endpoints[":name"].$put({
    param: { name: "on-call" },
    json: { url: "https://10.0.0.1/" },
  });
  if (stored.ok) {
    const endpoint: ListedEndpoint = await stored.json();
    throw new Error(`${endpoint.name} should have been refused`);
  }
  const { code, problems = [] } = await stored.json();
  assertEquals([stored.status, code], [422, "invalid_endpoint"]);
  assert(problems.some((problem) => problem.startsWith("url")), problems.join());
});

/** Compiled, never run: what a client could not send, or would read in vain. */
export function mistakes({ v1 }: ReturnType<typeof hc<PanoptesApi>>) {
  // @ts-expect-error there is no such state
  v1.deliveries.$get({ query: { state: "lost" } });
  // @ts-expect-error the id is missing
  v1.alerts[":id"].$get();
  // @ts-expect-error a silence has an end and a reason
  v1.silences.$post({ json: { rule: "x" } });
  // @ts-expect-error there is no such route
  v1.nothing.$get();
}
