import { type Chance, chanceOf } from "./chance.ts";
import { publishedKey } from "./log_key.ts";
import { MINUTE, type Plan, SECOND } from "./plan.ts";
import { LOGIN_FAILED, STRANGER, TEST_DELETED, TOKEN_CREATED } from "./rules.ts";

/** One row of the API's log, as the model keeps it and the checker counts it. */
export interface Published {
  /** Its name. The API has none, so the program sees it only as an unknown member. */
  readonly id: string;
  /** What it has in common with its twins; see `eventKey()`. */
  readonly key: string;
  /** Its date, by which the API finds it: a whole second, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** Since when the API shows it; the model may bring it forward, into the middle of a pass. */
  visibleAt: number;
  /** Its place among the rows of one second. */
  row: number;
  /** What is sent, in its simplest form. */
  readonly wire: unknown;
  /** An event, something that is not a valid event, or an event too large for a row. */
  readonly kind: "event" | "invalid";
  /** The ids of the rules that it satisfies. */
  readonly rules: readonly string[];
  /** Whether the rules fail on it. */
  readonly breaksRules: boolean;
}

/** What happens in the organisation, and which rules it satisfies. */
const ACTIVITIES: readonly [event: string, resource: string | undefined, rule?: string][] = [
  ["Login failed.", undefined, LOGIN_FAILED],
  ["Login succeeded.", undefined],
  ["API token created.", "userDisplayName", TOKEN_CREATED],
  ["Test deleted.", "testName", TEST_DELETED],
  ["Test created.", "testName"],
  ["Report created.", "reportTitle"],
];
/** Who acts: with an id, it tells who; without, only the name does. */
const USERS: readonly [user: string, uid?: string][] = [
  ["Ada (ada@example.org)", "7"],
  ["Bob (at work) (bob@example.org)", "8"],
  ["Eve (eve@evil.example)", "9"],
  ["Ada (ada@example.org)"],
  ["Eve (eve@evil.example)"],
];

/** Makes everything that the API will ever show, in the order in which it shows it. */
export function publish(plan: Plan): Published[] {
  const chance = chanceOf(plan.seed, "publish");
  const { kinds, start, calm, options: { backfillMs } } = plan;
  const published: Published[] = [];
  // A little before what is requested, so that the edge is tested.
  const first = start - backfillMs - MINUTE;
  while (published.length < plan.events) {
    const past = backfillMs > 0 && chance.is(0.3);
    const when = past ? chance.int(first, start) : chance.int(start, calm);
    const at = Math.floor(when / SECOND) * SECOND;
    const size = chance.is(0.3) ? chance.int(2, 7) : 1;
    for (let n = 0; n < size; n++) {
      const one = oneEvent(chance, `e${published.length}`, at, plan);
      add(published, one, chance, plan);
      const twins = kinds.has("twins") && chance.is(0.2) ? chance.int(1, 4) : 0;
      for (let twin = 0; twin < twins && one.kind === "event"; twin++) {
        const id = `e${published.length}`;
        add(published, { ...one, id, wire: { ...one.wire as object, trace: id } }, chance, plan);
      }
    }
  }
  if (kinds.has("poison")) {
    for (const one of poison(chance, calm)) add(published, one, chance, plan);
  }
  // The rows of one second are in the order in which the API learnt of them, or in no order.
  const isOrdered = chance.is(0.7);
  if (isOrdered) published.sort((a, b) => a.visibleAt - b.visibleAt);
  published.forEach((one, row) => one.row = row);
  return published;
}

type New = Omit<Published, "visibleAt" | "row" | "key">;

function add(published: Published[], one: New, chance: Chance, plan: Plan): void {
  const { kinds, start, calm, options } = plan;
  const delay = kinds.has("late") && chance.is(0.25)
    ? Math.min(chance.about(options.daySweep.reachMs / 6), options.daySweep.reachMs)
    : chance.about(20 * SECOND);
  const visibleAt = Math.min(one.at + delay, Math.max(calm, one.at));
  const key = isRecord(one.wire) ? publishedKey(one.wire as Record<string, unknown>) : one.id;
  // What is older than the program was mostly visible before it started.
  const isOld = one.at < start && chance.is(0.8);
  published.push({ ...one, key, visibleAt: isOld ? one.at : visibleAt, row: 0 });
}

function oneEvent(chance: Chance, id: string, at: number, { kinds, forgets }: Plan): New {
  const base = { id, at, breaksRules: false };
  if (kinds.has("invalid") && chance.is(0.06)) {
    const wire = chance.pick<unknown>([
      `Login failed. ${id}`,
      { event: { text: "Login failed." }, date: 20, trace: id },
      [null, id],
      { date: "yesterday", aid: ["1"], resources: [7], trace: id },
    ]);
    // What can be read of it is matched all the same.
    const rules = isRecord(wire) && wire.event !== undefined ? [LOGIN_FAILED] : [];
    return { ...base, wire, kind: "invalid", rules };
  }
  const [event, type, rule] = chance.pick(ACTIVITIES);
  const [user, userId] = chance.pick(USERS);
  // Without a date only the rest can tell two events apart. And an event that retention removed,
  // and that is read again after a restore, is recognised only by its date.
  // Nor can it be asked for by its date, to find out whether a page has repeated it.
  const isDated = chance.is(0.97) || forgets || kinds.has("inclusive");
  const uid = isDated ? userId : undefined;
  const wire = {
    aid: chance.pick(["12", "34"]),
    ...(chance.is(0.8) ? { accountGroupName: "Here" } : {}),
    ...(isDated ? { date: isoSecond(at) } : {}),
    event,
    ...(chance.is(0.8)
      ? { ipAddress: chance.pick(["192.0.2.7", "2001:db8::7", "198.51.100.0/24"]) }
      : {}),
    ...(uid === undefined ? {} : { uid }),
    user: isDated ? user : `${id} ${user}`,
    ...(type === undefined ? {} : {
      resources: [{ type, name: `thing ${chance.int(1, 3)}` }, { type: "label", name: "x" }],
    }),
    trace: id,
    ...(kinds.has("bytes") ? { bulk: `${chance.next()}`.repeat(chance.int(200, 900)) } : {}),
  };
  const rules = [
    ...(rule === undefined || (rule === TEST_DELETED && uid === "7") ? [] : [rule]),
    ...(user.includes("@evil.example") ? [STRANGER] : []),
  ];
  return { ...base, wire, kind: "event", rules };
}

function* poison(chance: Chance, calm: number): Generator<New> {
  const at = Math.floor((calm - chance.int(5, 25) * MINUTE) / SECOND) * SECOND;
  const wire = { date: isoSecond(at), event: "Login failed." };
  if (chance.is(0.5)) {
    yield {
      id: "many-faults",
      at,
      wire: { ...wire, trace: "many-faults", resources: Array(800).fill("\u001b[2J") },
      kind: "invalid",
      rules: [LOGIN_FAILED],
      breaksRules: false,
    };
  }
  if (chance.is(0.5)) {
    yield {
      id: "breaks-rules",
      at,
      wire: { ...wire, event: "Nothing.", user: "breaks-rules", trace: "breaks-rules" },
      kind: "event",
      rules: [],
      breaksRules: true,
    };
  }
  if (chance.is(0.5)) {
    yield {
      id: "breaks-body",
      at,
      wire: { ...wire, user: "breaks-body", trace: "breaks-body" },
      kind: "event",
      rules: [LOGIN_FAILED],
      breaksRules: false,
    };
  }
  // These cost as much as a hundred ordinary ones, so they are rare.
  if (chance.is(0.05)) {
    const user = chance.pick([1_200_000, 1_890_000, 2_200_000]);
    yield {
      id: "huge",
      at,
      wire: { ...wire, user: "u".repeat(user), trace: "huge" },
      kind: "event",
      rules: [LOGIN_FAILED],
      breaksRules: false,
    };
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isoSecond(at: number): string {
  return new Date(at).toISOString().replace(".000Z", "Z");
}
