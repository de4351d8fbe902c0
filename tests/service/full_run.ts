import * as v from "valibot";
import { type Endpoint, EndpointSchema } from "../../src/delivery/endpoint.ts";
import { operationsOf } from "../../src/http/route.ts";
import { routes } from "../../src/http/routes.ts";
import { nodeSql } from "../../src/server/node_sql.ts";
import { composeService } from "../../src/service/compose_service.ts";
import { readConfig } from "../../src/service/config.ts";
import type { Sql } from "../../src/store/sql.ts";
import { ANY_EVENT } from "../support/bundle_of.ts";
import { ManualClock, settled } from "../support/manual_clock.ts";
import { shellOf } from "../support/shell_of.ts";

/** What a run begins with. */
export interface FullRunOptions {
  /** The events of the log of ThousandEyes, without their dates. */
  readonly events: readonly Record<string, unknown>[];
  /** The entries of WEBHOOKS; each gets a `url` at the receiver. */
  readonly endpoints: readonly (Record<string, unknown> & { readonly name: string })[];
  /** The path and query of an endpoint's URL; default `/` and its name. */
  readonly pathOf?: (name: string) => string;
  /** The endpoints that are stored by `PUT /v1/endpoints/:name` instead; default none. */
  readonly isStored?: (name: string) => boolean;
  /** Which paths are read at the end; default all. */
  readonly reads?: RegExp;
  /** How the receiver answers a message. */
  readonly answer: (request: Request, body: string) => Response;
}

/** Everything that left the process or was stored, by where. */
export interface FullRun {
  /** The endpoints as they were configured. */
  readonly endpoints: readonly Endpoint[];
  /** The lines of the log of the service. */
  readonly log: readonly string[];
  /** The answers of every route that reads, by request. */
  readonly answers: ReadonlyMap<string, string>;
  /** Every row of every table, by table, but of that of the endpoints' settings. */
  readonly tables: ReadonlyMap<string, string>;
  /** The messages that the receiver got. */
  readonly messages: readonly {
    readonly endpoint: string;
    readonly headers: ReadonlyMap<string, string>;
    readonly body: string;
  }[];
}

const FORMS = ["application/json", "application/x-ndjson", "text/event-stream"];
const MAX_TICKS = 100;
const HOUR = 3_600_000;

/**
 * Runs the whole service: reads the API, records, matches, delivers to real receivers on loopback,
 * then reads every route and every table.
 */
export async function fullRun(
  { events, endpoints, pathOf = (name) => `/${name}`, reads = /^/, isStored = () => false, answer }:
    FullRunOptions,
): Promise<FullRun> {
  const log: string[] = [];
  const messages: FullRun["messages"][number][] = [];
  const methods = ["log", "error", "warn", "info", "debug"] as const;
  const { console } = globalThis;
  const kept = methods.map((method) => [method, console[method]] as const);
  for (const method of methods) console[method] = (...parts) => void log.push(parts.join(" "));
  const serve = (handler: Deno.ServeHandler) =>
    Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  const date = new Date(Date.now() - 60_000).toISOString();
  await using api = serve(() =>
    Response.json({ auditEvents: events.map((event) => ({ date, ...event })), _links: {} })
  );
  await using receiver = serve(async (request) => {
    const body = await request.text();
    const headers = new Map(request.headers);
    messages.push({ endpoint: headers.get("x-endpoint") ?? "", headers, body });
    return answer(request, body);
  });
  using sql = nodeSql(":memory:");
  try {
    const entries = endpoints.map((endpoint) => ({
      minLevel: "informational",
      allowHttpLoopback: true,
      retryScheduleMs: [0, 1_000, 1_000, 1_000],
      ...endpoint,
      headers: { ...endpoint["headers"] as object, "x-endpoint": endpoint.name },
      url: `http://127.0.0.1:${receiver.addr.port}${pathOf(endpoint.name)}`,
    }));
    const { config, problems } = readConfig({
      TE_TOKEN: "te-token-of-the-run",
      TE_BASE_URL: `http://127.0.0.1:${api.addr.port}/v7`,
      BACKFILL: "0",
      PUBLIC_URL: "https://panoptes.example.com",
      WEBHOOKS: JSON.stringify(entries.filter(({ name }) => !isStored(name))),
    });
    if (config === undefined || problems.length > 0) throw new Error(JSON.stringify(problems));
    const clock = new ManualClock(Date.now());
    const service = await composeService({
      ...shellOf(sql),
      config,
      bundle: ANY_EVENT,
      clock,
      random: () => 0.5,
      wake: () => Promise.resolve(),
    });
    const read = async (path: string, Accept = "application/json") => {
      const response = await service.app.request(path, { headers: { Accept } });
      const text = response.text();
      if (response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
        await settled();
        clock.advance(HOUR); // a stream ends by itself, and its client comes back
      }
      return await text;
    };
    const owed = async () => {
      const { log: { messages } } = JSON.parse(await read("/v1/status"));
      return (messages.pending ?? 0) + (messages.leased ?? 0);
    };
    const answers = new Map<string, string>();
    for (const { name, ...entry } of entries.filter(({ name }) => isStored(name))) {
      const path = `/v1/endpoints/${name}`;
      const init = { method: "PUT", body: JSON.stringify(entry) };
      const headers = { "content-type": "application/json" };
      const response = await service.app.request(path, { ...init, headers });
      if (!response.ok) throw new Error(await response.text());
      answers.set(`PUT ${path}`, await response.text());
    }
    for (let tick = 0; tick < MAX_TICKS && (tick < 3 || await owed() > 0); tick++) {
      await service.tick();
      clock.advance(300_000);
    }
    const rows = sql.all("SELECT id, webhook_id FROM outbox");
    const alerts = new Set(rows.map(({ webhook_id }) => webhook_id));
    for (const route of routes) {
      if (!operationsOf(route).some(([method]) => method === "GET")) continue;
      if (!reads.test(route.path)) continue;
      const of = route.path.includes(":name")
        ? endpoints.map(({ name }) => name)
        : route.path.startsWith("/v1/deliveries")
        ? rows.map(({ id }) => id)
        : [...alerts];
      const paths = of.map((id) => route.path.replace(/:(id|name)(\{.*?\}+)?/, String(id)));
      for (const path of new Set(paths)) {
        const isOne = route.path.includes(":");
        for (const form of FORMS.slice(0, isOne ? 1 : FORMS.length)) {
          answers.set(`GET ${path} as ${form}`, await read(path, form));
        }
      }
    }
    const parsed = entries.map((entry) => v.parse(EndpointSchema, entry));
    return { endpoints: parsed, log, answers, tables: tablesOf(sql), messages };
  } finally {
    for (const [method, was] of kept) console[method] = was;
  }
}

function tablesOf(sql: Sql): Map<string, string> {
  const names = sql.all<{ name: string }>("SELECT name FROM sqlite_master WHERE type = 'table'")
    .filter(({ name }) => name !== "endpoints"); // they have to be kept somewhere
  return new Map(names.map(({ name }) => {
    const rows = sql.all(`SELECT * FROM "${name}"`);
    const text = JSON.stringify(
      rows,
      (_, value) =>
        value instanceof Uint8Array ? `${new TextDecoder().decode(value)} ${value.toHex()}` : value,
    );
    return [name, text];
  }));
}
