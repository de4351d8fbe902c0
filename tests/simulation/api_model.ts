import { ApiFaults } from "./api_faults.ts";
import { type Chance, chanceOf } from "./chance.ts";
import type { History } from "./history.ts";
import { MINUTE, type Plan } from "./plan.ts";
import type { Published } from "./publish.ts";
import { driftedOf, shapeOf } from "./shape.ts";
import type { VirtualTime } from "./virtual_time.ts";

/** Where the API is. */
export const API_ORIGIN = "https://api.example.com";

/** What the API answers to one request. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** The connection breaks in the middle of the body, or no answer ever comes. */
  readonly broken?: "never" | "middle" | undefined;
}

/** What may stand in the place of `_links`, one of each kind. */
const ODD_LINKS: readonly unknown[] = [
  [],
  "text",
  7,
  true,
  { next: {} },
  { next: [] },
  { next: "text" },
  { next: 7 },
  { next: [null] },
  { next: { href: null } },
  { next: { href: 7 } },
  { next: { href: ["?"] } },
];

/** How far a pass has come, as the cursor says it. */
interface Cursor {
  /** How many rows of the pass were sent; or the name of the last one. */
  readonly place?: number;
  readonly last?: string;
  /** When the pass began, which tells it from others. */
  readonly pass: number;
  /** The time as of which rows are counted. */
  readonly asOf: number;
  /** An empty page was sent here already. */
  readonly paused?: boolean;
  /** How many pages beyond the end. */
  readonly beyond?: number;
}

/**
 * The model of the API: the rows that were published, how it pages them, and what it gets wrong.
 */
export class ApiModel {
  /** Newest first; within one second by row number. */
  readonly #rows: Published[];
  readonly #places: Map<string, number>;
  readonly #time: VirtualTime;
  readonly #history: History;
  readonly #faults: ApiFaults;
  readonly #chance: Chance;
  readonly #shapes: Chance;
  readonly #pageSize: number;
  readonly #ascending: boolean;
  readonly #byPlace: boolean;
  readonly #isInclusive: boolean;
  /** Since when whom the API calls by another name, by id. */
  readonly #renamedAt: ReadonlyMap<unknown, number>;
  readonly #pauses: boolean;
  readonly #closesWithEmptyPage: boolean;
  readonly #limit: number | undefined;
  readonly #shapesVary: boolean;
  #minute = { number: 0, used: 0 };
  #sinceShift = 0;
  /** The first link of each pass. */
  readonly #firstNext = new Map<number, string>();
  readonly #isDated: boolean;
  /** Requests answered. */
  requests = 0;
  /** Of those, the ones with a page and without a fault. */
  answered = 0;

  constructor(
    plan: Plan,
    published: readonly Published[],
    { time, history }: { time: VirtualTime; history: History },
  ) {
    const chance = chanceOf(plan.seed, "api");
    const { kinds } = plan;
    this.#time = time;
    this.#history = history;
    this.#faults = new ApiFaults(plan, () => time.now);
    this.#shapes = chanceOf(plan.seed, "shapes");
    this.#chance = chance;
    this.#isInclusive = kinds.has("inclusive");
    this.#isDated = kinds.has("dated");
    // With one event a page, true twins look like inclusive cursors: ADR 3 says which is believed.
    const pageSize = chance.pick([2, 2, 3, 5, 10, 50]);
    // Where cursors are inclusive, a page can only tell a twin from the same row shown again if it
    // has room for all of a second.
    this.#pageSize = this.#isInclusive
      ? Math.max(1 + largestSecond(published), Math.ceil(published.length / 50))
      : Math.max(pageSize, Math.ceil(published.length / 8));
    const names = chanceOf(plan.seed, "names");
    this.#renamedAt = new Map(
      ["7", "8", "9", "12", "34"].map((id) => [
        id,
        names.is(0.5) && kinds.has("renames") ? names.int(plan.start, plan.calm) : Infinity,
      ]),
    );
    this.#ascending = chance.is(0.2);
    this.#byPlace = kinds.has("shifts");
    this.#pauses = kinds.has("empty-pages") && chance.is(0.5);
    // Where cursors are inclusive, such a page would show the last row again: in a log of a few
    // events of one second, nothing would tell that from a twin.
    const closes = chance.is(0.3) || kinds.has("empty-pages");
    this.#closesWithEmptyPage = closes && !kinds.has("inclusive");
    // By a clock that is far ahead everything looks old, and only the API can tell.
    const saysLimit = chance.is(0.8) || (kinds.has("clock") && kinds.has("retention"));
    this.#limit = saysLimit ? chance.pick([60, 240, 1_000]) : undefined;
    this.#shapesVary = kinds.has("shapes");
    this.#rows = [...published].sort((a, b) => b.at - a.at || b.row - a.row);
    if (this.#ascending) this.#rows.reverse();
    this.#places = new Map(this.#rows.map(({ id }, place) => [id, place]));
  }

  /** The address of the first page of a range. */
  firstPage(from: number, to: number): URL {
    const url = new URL(`${API_ORIGIN}/v7/audit-user-events`);
    url.searchParams.set("startDate", new Date(from).toISOString());
    url.searchParams.set("endDate", new Date(to).toISOString());
    return url;
  }

  /** Answers one request. */
  answer(url: URL): Answer {
    this.requests++;
    const fault = this.#faults.met();
    const date = this.#isDated ? { date: new Date(this.#time.now).toUTCString() } : undefined;
    const rate = this.#rateHeaders();
    if (rate === undefined) {
      return { status: 429, headers: { ...this.#resetHeader(), ...date }, body: "{}" };
    }
    const headers = { ...rate, ...date };
    const said = (status: number, body = "{}"): Answer => ({ status, headers, body });
    const cursor = readCursor(url);
    this.#history.note(() => `api: ${fault ?? "ok"} ${describe(url)}`);
    switch (fault) {
      case "no-answer":
        return { ...said(0), broken: "never" };
      case "not-json":
        return said(200, "<html>It works!</html>");
      case "wrong-shape":
        return said(200, `{"events":[]}`);
      case "400-cursor":
      case "410-cursor":
      case "404-cursor":
        if (cursor === undefined) break;
        return said(Number(fault.slice(0, 3)), `{"title":"Cursor has expired"}`);
      case undefined:
        break;
      default:
        if (/^\d+$/.test(fault)) return said(Number(fault), `{"title":"Injected"}`);
    }
    if (this.#isDated && rangeOf(url).to > this.#time.now) {
      return said(400, `{"title":"endDate is in the future"}`);
    }
    if (cursor === "malformed") return said(400, `{"title":"Failed to deserialize cursor"}`);
    const page = this.#page(url, cursor, fault);
    const body = JSON.stringify(page);
    if (fault === "json-cut") return said(200, body.slice(0, body.length / 2));
    if (fault === undefined) this.answered++;
    return { ...said(200, body), broken: fault === "broken" ? "middle" : undefined };
  }

  #page(url: URL, cursor: Cursor | undefined, fault: string | undefined): unknown {
    const now = this.#time.now;
    const { from, to } = rangeOf(url);
    const asOf = cursor === undefined || this.#mayShift() ? now : cursor.asOf;
    const found = this.#rowsOf(from, to, this.#byPlace ? asOf : now);
    const start = cursor === undefined
      ? 0
      : cursor.last !== undefined
      ? this.#after(found, cursor.last)
      : cursor.place ?? 0;
    const isPause = this.#pauses && cursor?.paused !== true && cursor?.beyond === undefined;
    const repeats = this.#isInclusive && cursor !== undefined && start > 0 ? 1 : 0;
    const rows = isPause || cursor?.beyond !== undefined
      ? []
      : found.slice(start - repeats, start - repeats + this.#pageSize);
    const end = rows.length === 0 ? start : start - repeats + rows.length;
    const isLast = !isPause && (end >= found.length) &&
      (!this.#closesWithEmptyPage || rows.length === 0);
    const here = this.#byPlace || end === 0 ? { place: end } : { last: found[end - 1]!.id };
    const pass = cursor?.pass ?? now;
    let next: Cursor | undefined = { ...here, pass, asOf, paused: isPause };
    if (isLast || fault === "short") next = undefined;
    if (fault === "endless" && next === undefined) {
      next = { pass, asOf, place: end, beyond: (cursor?.beyond ?? 0) + 1 };
    }
    if (!isLast) this.#bringForward(from, to);
    const drifts = this.#faults.isAt("drift", now);
    const wire = rows.map((row) => drifts ? driftedOf(row) ?? row.wire : this.#sent(row));
    const links = { self: { href: url.href }, ...this.#linkOf(url, cursor, next, fault) };
    return {
      auditEvents: wire,
      _links: fault === "odd-links" && next !== undefined ? this.#chance.pick(ODD_LINKS) : links,
    };
  }

  #sent({ wire }: Published): unknown {
    const named = this.#named(wire);
    return this.#shapesVary ? shapeOf(named, this.#shapes) : named;
  }

  /** An event with the names of now, as far as an id tells whose they are. */
  #named(wire: unknown): unknown {
    if (typeof wire !== "object" || wire === null || Array.isArray(wire)) return wire;
    const { aid, uid, user, accountGroupName } = wire as Record<string, unknown>;
    const isRenamed = (id: unknown) => (this.#renamedAt.get(id) ?? Infinity) <= this.#time.now;
    return {
      ...wire,
      ...(isRenamed(uid) && typeof user === "string" && { user: user.replace(" ", " King ") }),
      ...(isRenamed(aid) && accountGroupName !== undefined && { accountGroupName: "There" }),
    };
  }

  #linkOf(url: URL, cursor: Cursor | undefined, next: Cursor | undefined, fault?: string) {
    if (next === undefined) return this.#chance.is(0.2) ? { next: null } : {};
    const link = new URL(url);
    const repeats = fault === "repeated-link" && cursor !== undefined;
    if (repeats) return { next: { href: link.href } };
    let text = btoa(JSON.stringify(next));
    if (cursor === undefined) this.#firstNext.set(next.pass, text);
    else if (fault === "first-again") text = this.#firstNext.get(next.pass) ?? text;
    link.searchParams.set("cursor", text);
    if (fault === "malformed-link") return { next: { href: "https://[" } };
    if (fault === "foreign-link") link.host = "elsewhere.example.com";
    const sent = { href: link.href, ...(fault === "templated-link" && { templated: true }) };
    // HAL allows a list of links in place of one.
    return { next: this.#shapesVary && this.#shapes.is(0.3) ? [sent] : sent };
  }

  /** The rows of a range that are visible at a time. */
  #rowsOf(from: number, to: number, asOf: number): Published[] {
    const hides = this.#faults.isAt("hidden", asOf);
    return this.#rows.filter(({ at, visibleAt, row }) =>
      at >= from && at <= to && visibleAt <= asOf && !(hides && row % 3 === 0)
    );
  }

  #after(found: readonly Published[], last: string): number {
    const place = this.#places.get(last)!;
    const next = found.findIndex(({ id }) => this.#places.get(id)! > place);
    return next < 0 ? found.length : next;
  }

  /** A row that shifts in three passes in a row cannot be told from a twin, so shifts are rare. */
  #mayShift(): boolean {
    const pause = 4 * Math.ceil(this.#rows.length / this.#pageSize) + 20;
    if (++this.#sinceShift < pause || !this.#chance.is(0.3)) return false;
    this.#sinceShift = 0;
    return true;
  }

  /** Publishes now, in the middle of a pass, what would be published soon. */
  #bringForward(from: number, to: number): void {
    if (!this.#chance.is(0.1)) return;
    const now = this.#time.now;
    const soon = this.#rows.find(({ at, visibleAt }) =>
      at >= from && at <= to && at < now && visibleAt > now && visibleAt < now + 30 * MINUTE
    );
    // Not for this page: its rows have been counted.
    if (soon !== undefined) soon.visibleAt = now + 1;
  }

  #rateHeaders(): Record<string, string> | undefined {
    if (this.#limit === undefined) return {};
    const number = Math.floor(this.#time.now / MINUTE);
    if (this.#minute.number !== number) this.#minute = { number, used: 0 };
    if (this.#minute.used >= this.#limit) return undefined;
    this.#minute.used++;
    return {
      "x-organization-rate-limit-limit": String(this.#limit),
      "x-organization-rate-limit-remaining": String(this.#limit - this.#minute.used),
      ...this.#resetHeader(),
    };
  }

  #resetHeader(): Record<string, string> {
    const reset = (Math.floor(this.#time.now / MINUTE) + 1) * 60;
    return { "x-organization-rate-limit-reset": String(reset) };
  }
}

function largestSecond(published: readonly Published[]): number {
  const counts = new Map<number, number>();
  for (const { at } of published) counts.set(at, (counts.get(at) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

function rangeOf(url: URL): { from: number; to: number } {
  return {
    from: Date.parse(url.searchParams.get("startDate")!),
    to: Date.parse(url.searchParams.get("endDate")!),
  };
}

function readCursor(url: URL): Cursor | undefined | "malformed" {
  const text = url.searchParams.get("cursor");
  if (text === null) return undefined;
  try {
    return JSON.parse(atob(text)) as Cursor;
  } catch {
    return "malformed";
  }
}

function describe(url: URL): string {
  const cursor = url.searchParams.get("cursor");
  return `${url.searchParams.get("startDate")} to ${url.searchParams.get("endDate")}` +
    (cursor === null ? "" : ` ${atob(cursor)}`);
}
