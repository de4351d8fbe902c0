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

/** How an emulator is made; nothing is required. */
export interface EmulatorOptions {
  /** Dates of events, ends of windows and rate-limit minutes come from it; the system's without it. */
  readonly clock?: Clock;
  /** Gives [0, 1); without it one of `seed`. */
  readonly random?: () => number;
  /** Makes the organisation and what happens in it; 1 without it. */
  readonly seed?: number;
  /** Requests a minute for the organisation; 240 without it. */
  readonly ratePerMinute?: number;
  /** The tokens that it takes; without it one that is made up, a member of every account group. */
  readonly tokens?: readonly EmulatorToken[];
  readonly organisation?: Organisation;
  /** Events in a page when a request has no `max`; 100 without it. */
  readonly pageSize?: number;
  /** The most that `max` may ask for; 1,000 without it. */
  readonly maxPageSize?: number;
  /** Where the fault modes lead that leave the API. */
  readonly otherOrigin?: string;
  /** The pause of the slow fault modes, in milliseconds; 30,000 without it. */
  readonly slowMs?: number;
}

/** A running emulator; it holds no timer and no socket of its own. */
export interface Emulator {
  /** Serves the API and the control routes. */
  readonly app: Hono;
  /** The first token that it takes. */
  readonly token: string;
  readonly organisation: Organisation;
  /** How many events it holds. */
  readonly size: number;
  /** How many audit requests it has seen, refused ones included. */
  readonly requestCount: number;
  /** Publishes one event or many; they are visible at once, whatever their date. */
  publish(events: NewEvent | Iterable<NewEvent>): PublishedEvent[];
  /** Publishes ordinary activity spread evenly over a range of dates in milliseconds, oldest first. */
  publishHistory(count: number, from: number, to: number): void;
  /** The ground truth, in the order of publication. */
  events(): PublishedEvent[];
  /** Replaces the fault modes that are on; none switches all off. */
  setFaults(...faults: PlannedFault[]): void;
  /** Publishes activity as time goes by, until the signal is aborted. */
  live(
    options: { perMinute: number; signal: AbortSignal; onStory?: (title: string) => void },
  ): Promise<void>;
}

const DOCUMENTED = new Set<string>(DOCUMENTED_MEMBERS);

/**
 * Emulates the audit API of ThousandEyes for one organisation, paging, limits, errors and faults
 * included. What is served has no token in it and reaches no network.
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
 * @param options Time, chance, limits and tokens.
 * @returns The emulator.
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
  // The live API answers an unknown path with an empty body.
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

/** Of the UUID form that the API's own examples have. */
function madeUpToken(random: () => number): string {
  const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16)).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
