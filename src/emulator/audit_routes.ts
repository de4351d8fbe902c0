import { Hono } from "hono";
import type { Clock } from "../stream/clock.ts";
import { auditPage } from "./audit_page.ts";
import { type AuditQuery, parseAuditQuery } from "./audit_query.ts";
import type { EventTable } from "./event_table.ts";
import { faultAnswer, rateHeaders, tooManyRequests } from "./fault_answer.ts";
import { faultBody } from "./fault_body.ts";
import { type FaultName, isFaultName } from "./fault.ts";
import type { FaultPlan } from "./fault_plan.ts";
import { AUDIT_PATH, badRequest, problem } from "./problem.ts";
import type { RateWindow } from "./rate_window.ts";
import { sampleBody } from "./sample_bodies.ts";

/** One API token that the emulator accepts. */
export interface EmulatorToken {
  /** What follows `Bearer `. */
  readonly token: string;
  /** The login account group, where requests without `aid` run; by default the first of `aids`. */
  readonly aid?: string;
  /** The account groups that its user belongs to; by default all of the organisation. */
  readonly aids?: readonly string[];
  /** Limits the user to the events of this user id. */
  readonly onlyUid?: string;
}

/** What the audit routes need. */
export interface AuditRoutesOptions {
  readonly table: EventTable;
  readonly plan: FaultPlan;
  readonly rate: RateWindow;
  readonly tokens: ReadonlyMap<string, EmulatorToken>;
  /** The account groups of the organisation. */
  readonly aids: readonly string[];
  readonly clock: Clock;
  readonly pageSize: number;
  readonly maxPageSize: number;
  readonly otherOrigin: string;
  readonly slowMs: number;
  /** Called for every request, before the response. */
  readonly onRequest: () => void;
}

const MEDIA_TYPE = "application/hal+json;charset=UTF-8";

/**
 * The routes of the real API: `GET /v7/audit-user-events`, with or without a final slash.
 *
 * @param options What they serve, and to whom.
 */
export function auditRoutes(options: AuditRoutesOptions): Hono {
  const app = new Hono({ strict: false });
  app.get(AUDIT_PATH, (c) => answerAudit(options, c.req.raw));
  app.on(
    ["POST", "PUT", "PATCH", "DELETE"],
    AUDIT_PATH,
    () => problem(405, { title: "Method Not Allowed", instance: AUDIT_PATH }, { allow: "GET" }),
  );
  return app;
}

async function answerAudit(options: AuditRoutesOptions, request: Request): Promise<Response> {
  options.onRequest();
  const { clock } = options;
  const now = clock.now();
  const asked = askedFaults(request);
  if (asked instanceof Response) return asked;
  const token = authenticate(options.tokens, request);
  if (token instanceof Response) return token;

  const rate = options.rate.take(now);
  if (rate.exceeded) return tooManyRequests(rate, true);
  const faults = options.plan.take();
  for (const name of asked) faults.add(name);
  if (faults.has("slow-answer")) await clock.wait(options.slowMs, request.signal).catch(() => {});

  const url = new URL(request.url);
  const { otherOrigin } = options;
  const hasCursor = url.searchParams.has("cursor");
  const answer = faultAnswer({ url, rate, faults, otherOrigin, hasCursor });
  if (answer !== undefined) return answer;

  const headers = rateHeaders(rate);
  if (!acceptsHal(request.headers.get("accept"))) {
    return problem(406, { title: "Not Acceptable", instance: AUDIT_PATH }, headers);
  }
  const query = parseAuditQuery(url.searchParams, now);
  if ("field" in query) return badRequest(query.field, query.message, faults, headers);
  const scope = scopeOf(query, token, options.aids);
  if (scope === undefined) {
    const detail = "The user does not belong to this account group";
    return problem(403, { title: "Forbidden", detail, instance: AUDIT_PATH }, headers);
  }

  const sample = request.headers.get("x-emulator-sample");
  const page = sample === null
    ? auditPage(options.table, {
      url,
      self: request.url,
      query,
      ...scope,
      uid: token.onlyUid,
      pageSize: Math.min(query.max ?? options.pageSize, options.maxPageSize),
      faults,
      otherOrigin,
    })
    : sampleBody(sample);
  if (page === undefined) {
    const [field, what] = sample === null ? ["cursor", "cursor"] : ["x-emulator-sample", "sample"];
    return badRequest(field, `Failed to deserialize ${what}`, faults, headers);
  }
  return new Response(faultBody(JSON.stringify(page), faults, clock, options.slowMs), {
    headers: { "content-type": MEDIA_TYPE, "cache-control": "no-store", ...headers },
  });
}

function askedFaults(request: Request): FaultName[] | Response {
  const names = request.headers.get("x-emulator-fault")?.split(",").map((name) => name.trim()) ??
    [];
  const unknown = names.find((name) => !isFaultName(name));
  return unknown === undefined
    ? names.filter(isFaultName)
    : problem(400, { title: "The emulator has no such fault mode" });
}

function authenticate(
  tokens: ReadonlyMap<string, EmulatorToken>,
  request: Request,
): EmulatorToken | Response {
  const header = request.headers.get("authorization");
  if (header === null) {
    const errorMessage =
      "401 Not Authorized\nPlease ensure you are using the correct authentication token.";
    return Response.json({ errorMessage }, { status: 401 });
  }
  const found = /^Bearer +(\S+)$/i.exec(header);
  const token = found === null ? undefined : tokens.get(found[1]!);
  if (token !== undefined) return token;
  const body = { error: "invalid_token", error_description: "Invalid access token" };
  return Response.json(body, { status: 401 });
}

function scopeOf(
  query: AuditQuery,
  token: EmulatorToken,
  all: readonly string[],
): { aid: string; aids: readonly string[] } | undefined {
  const permitted = token.aids ?? all;
  const aid = query.aid ?? token.aid ?? permitted[0] ?? "0";
  if (!permitted.includes(aid)) return undefined;
  return { aid, aids: query.useAllPermittedAids ? permitted : [aid] };
}

function acceptsHal(accept: string | null): boolean {
  return accept === null || accept.split(",").some((part) => {
    const type = part.split(";")[0]!.trim().toLowerCase();
    return ["*/*", "application/*", "application/hal+json", "application/json"].includes(type);
  });
}
