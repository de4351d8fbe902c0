import { Hono } from "hono";
import { type Clock, systemClock, wholeSecond } from "../stream/clock.ts";
import { ordinaryActivity } from "./activity.ts";
import { FIRST_ID } from "./audit_page.ts";
import { parseApiDate } from "./audit_query.ts";
import { auditRoutes, type EmulatorToken } from "./audit_routes.ts";
import { controlRoutes } from "./control_routes.ts";
import { EventTable } from "./event_table.ts";
import { FaultPlan, type PlannedFault } from "./fault_plan.ts";
import { liveScenario } from "./live_scenario.ts";
import { DOCUMENTED_MEMBERS, type NewEvent, type PublishedEvent } from "./api_event.ts";
import { makeOrganisation, type Organisation } from "./organisation.ts";
import { RateWindow } from "./rate_window.ts";
import { seededRandom } from "./random.ts";

/** The options of an emulator, all optional. */
export interface EmulatorOptions {
  /** The clock for dates, windows and rate-limit minutes; the machine's by default. */
  readonly clock?: Clock;
  /** The source of randomness, in [0, 1); seeded with `seed` by default. */
  readonly random?: () => number;
  /** Determines the organisation and what happens in it; 1 by default. */
  readonly seed?: number;
  /** The rate limit of the organisation, in requests per minute; 240 by default. */
  readonly ratePerMinute?: number;
  /** The tokens that it accepts; by default a made-up one, for a member of every account group. */
  readonly tokens?: readonly EmulatorToken[];
  readonly organisation?: Organisation;
  /** The number of events per page if a request has no `max`; 100 by default. */
  readonly pageSize?: number;
  /** The maximum of `max`; 1,000 by default. */
  readonly maxPageSize?: number;
  /** The origin that fault modes lead to when they lead away from the API. */
  readonly otherOrigin?: string;
  /** The pause of the slow fault modes, in milliseconds; 30,000 by default. */
  readonly slowMs?: number;
}

/** A running emulator; it holds no timer and no socket of its own. */
export interface Emulator {
  /** Serves the API and the control routes. */
  readonly app: Hono;
  /** The first token that it accepts. */
  readonly token: string;
  readonly organisation: Organisation;
  /** How many events it holds. */
  readonly size: number;
  /** How many audit requests it has received, including rejected ones. */
  readonly requestCount: number;
  /** Publishes one event or several; they are visible at once, whatever their date. */
  publish(events: NewEvent | Iterable<NewEvent>): PublishedEvent[];
  /**
   * Publishes ordinary activity, spread evenly over a range of dates in milliseconds, oldest first.
   */
  publishHistory(count: number, from: number, to: number): void;
  /** The ground truth, in the order of publication. */
  events(): PublishedEvent[];
  /** Replaces the fault modes that are on; without arguments, turns all of them off. */
  setFaults(...faults: PlannedFault[]): void;
  /** Publishes activity as time passes, until the signal aborts. */
  live(
    options: { perMinute: number; signal: AbortSignal; onStory?: (title: string) => void },
  ): Promise<void>;
}

const DOCUMENTED = new Set<string>(DOCUMENTED_MEMBERS);

/**
 * Emulates the audit API of ThousandEyes for one organisation, including paging, rate limits,
 * errors and faults. It uses no network, and serves nothing that contains a token.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { createEmulator } from "./create_emulator.ts";
 *
 * const emulator = createEmulator({ seed: 1 });
 * emulator.publish({ event: "Login failed." });
 * const response = await emulator.app.request("/v7/audit-user-events?window=1h", {
 *   headers: { authorization: `Bearer ${emulator.token}` },
 * });
 * const page = await response.json();
 * assertEquals(page.auditEvents[0].event, "Login failed.");
 * ```
 *
 * @param options Time, randomness, limits and tokens.
 */
export function createEmulator(options: EmulatorOptions = {}): Emulator {
  const clock = options.clock ?? systemClock;
  const random = options.random ?? seededRandom(options.seed ?? 1);
  const organisation = options.organisation ?? makeOrganisation(random);
  const tokens = options.tokens ?? [{ token: madeUpToken(random) }];
  const table = new EventTable();
  const plan = new FaultPlan();
  let requestCount = 0;

  const eventAt = (row: number): PublishedEvent | undefined =>
    row < table.length
      ? { id: FIRST_ID + row, publishedAt: table.publishedAt(row), event: table.read(row) }
      : undefined;

  const add = (event: NewEvent): number => {
    const aid = event.aid ?? organisation.accountGroups[0]!.aid;
    const group = organisation.accountGroups.find((other) => other.aid === aid);
    if (group === undefined) {
      throw new RangeError(
        `Cannot publish an event: account group ${aid} is not in the organisation`,
      );
    }
    const unknown = Object.entries(event).filter(([name]) => !DOCUMENTED.has(name));
    return table.add({
      aid,
      accountGroupName: event.accountGroupName ?? group.accountGroupName,
      date: wholeSecond(dateOf(event.date ?? clock.now())),
      event: event.event,
      ipAddress: event.ipAddress,
      uid: event.uid,
      user: event.user,
      resources: event.resources,
      unknown: unknown.length === 0 ? undefined : Object.fromEntries(unknown),
      publishedAt: clock.now(),
    });
  };

  const publish = (events: NewEvent | Iterable<NewEvent>): PublishedEvent[] =>
    Array.from(Symbol.iterator in events ? events as Iterable<NewEvent> : [events])
      .map((event) => eventAt(add(event))!);

  const app = new Hono({ strict: false });
  app.route(
    "/",
    auditRoutes({
      table,
      plan,
      rate: new RateWindow(options.ratePerMinute ?? 240),
      tokens: new Map(tokens.map((token) => [token.token, token])),
      aids: organisation.accountGroups.map((group) => group.aid),
      clock,
      pageSize: options.pageSize ?? 100,
      maxPageSize: options.maxPageSize ?? 1000,
      otherOrigin: options.otherOrigin ?? "https://api.example.com",
      slowMs: options.slowMs ?? 30_000,
      onRequest: () => requestCount += 1,
    }),
  );
  const size = () => table.length;
  app.route("/", controlRoutes({ plan, publish, eventAt, size, requests: () => requestCount }));
  // The real API responds to an unknown path with an empty body.
  app.notFound(() => new Response(null, { status: 404 }));

  return {
    app,
    token: tokens[0]?.token ?? "",
    organisation,
    get size() {
      return table.length;
    },
    get requestCount() {
      return requestCount;
    },
    publish,
    publishHistory(count, from, to) {
      for (let index = 0; index < count; index += 1) {
        const date = from + (to - from) * index / count;
        add({ ...ordinaryActivity(organisation, random), date });
      }
    },
    events: () => Array.from({ length: table.length }, (_, row) => eventAt(row)!),
    setFaults: (...faults) => plan.set(faults),
    live: (live) =>
      liveScenario({ organisation, random, clock, publish: (event) => void add(event), ...live }),
  };
}

function dateOf(date: number | string | Date): number {
  const ms = typeof date === "string" ? parseApiDate(date) : Number(date);
  if (ms === undefined || !Number.isFinite(ms)) {
    throw new RangeError(`Cannot publish an event: "${date}" is not a date`);
  }
  return ms;
}

/** In the form of a UUID, as in the examples of the API. */
function madeUpToken(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
