import { parseAllDocuments } from "yaml";
import ipaddr from "ipaddr.js";

/** The parts of a rule that the audit needs. */
export interface NaiveRule {
  readonly id: string;
  readonly level: string;
  /** Whether it makes alerts of its own, and not only correlations are about it. */
  readonly alertsAlone: boolean;
  readonly matches: (event: Readonly<Record<string, unknown>>) => boolean;
}

type Members = Readonly<Record<string, unknown>>;
type Test = (event: Members) => boolean;

/** The value lists, by name. */
type Lists = Readonly<Record<string, readonly string[]>>;

/** The documents of a file, as far as they are looked at here. */
interface NaiveDocument {
  readonly id: string;
  readonly name?: string;
  readonly level: string;
  readonly detection?: Record<string, unknown>;
  readonly filter?: Record<string, unknown> & { rules: string[] | "any" };
  readonly correlation?: {
    readonly rules?: string | string[];
    readonly condition?: unknown;
    readonly generate?: boolean;
  };
  readonly panoptes?: Readonly<Record<string, unknown>>;
}

/**
 * Reads `rules/` in a second, slow and simple way that shares nothing with the engine. It knows
 * only what the rules there use, and refuses the rest instead of guessing. Rules that look back at
 * other events are left out, as correlations are.
 *
 * @param folder Where the rules are, with `lists/` and `filters/`.
 * @param own Value lists that come before those of the folder; default none.
 */
export async function naiveRules(folder: URL, own: Lists = {}): Promise<NaiveRule[]> {
  const lists = { ...await listsIn(new URL("lists/", folder)), ...own };
  const documents = await documentsIn(folder);
  const filters = (await documentsIn(new URL("filters/", folder)))
    .flatMap(({ filter }) => filter ?? []);
  const [heard, silent] = [true, false].map((wanted) =>
    new Set(
      documents.flatMap(({ correlation }) =>
        correlation && (correlation.generate ?? false) === wanted ? namesIn(correlation) : []
      ),
    )
  ) as [Set<string>, Set<string>];
  return documents.flatMap(({ id, name = id, level, detection: searches, panoptes = {} }) => {
    if (searches === undefined || "new_value" in panoptes || "absence" in panoptes) return [];
    const among = (names: ReadonlySet<string>) => names.has(id) || names.has(name);
    const matches = detection(searches, lists);
    const narrowed = filters
      .filter(({ rules }) => rules === "any" || rules.includes(id) || rules.includes(name))
      .map(({ rules: _, ...searches }) => detection(searches, lists));
    return {
      id,
      level,
      alertsAlone: among(heard) || !among(silent),
      matches: (event: Members) => matches(event) && narrowed.every((test) => test(event)),
    };
  });
}

async function documentsIn(folder: URL): Promise<NaiveDocument[]> {
  const documents: NaiveDocument[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!/\.ya?ml$/.test(name)) continue;
    const text = await Deno.readTextFile(new URL(name, folder));
    for (const document of parseAllDocuments(text)) documents.push(document.toJS());
  }
  return documents;
}

async function listsIn(folder: URL): Promise<Lists> {
  const lists: Record<string, string[]> = {};
  for await (const { name } of Deno.readDir(folder)) {
    const text = await Deno.readTextFile(new URL(name, folder));
    lists[name.replace(/\.txt$/, "")] = text.split(/\r?\n/)
      .map((line) => line.replace(/(^|\s)#.*$/, "").trim()).filter(Boolean);
  }
  return lists;
}

/** The rules that a correlation is about; those of an expression are its words. */
function namesIn({ rules = [], condition }: NonNullable<NaiveDocument["correlation"]>): string[] {
  return [rules].flat().concat(typeof condition === "string" ? condition.match(/\w+/g) ?? [] : []);
}

function detection({ condition, ...searches }: Record<string, unknown>, lists: Lists): Test {
  const tests = new Map(
    Object.entries(searches).map(([name, value]) => [name, search(value, lists)]),
  );
  return (event) => {
    // Each name becomes T or F, which leaves a formula of `and`, `or`, `not` and brackets.
    const truth = (name: string) => {
      if (!tests.has(name)) throw new Error(`Cannot match naively: ${name} in "${condition}"`);
      return tests.get(name)!(event) ? "T" : "F";
    };
    const formula = String(condition)
      .replace(/\b(1|all) of (\w+)\*/g, (_, howMany, start) => {
        const all = [...tests.keys()].filter((name) => name.startsWith(start)).map(truth);
        return `(${all.join(howMany === "1" ? " or " : " and ")})`;
      })
      .replace(/\b(?!and\b|or\b|not\b|T\b|F\b)\w+/g, truth);
    return reduced(formula) === "T";
  };
}

function reduced(formula: string): string {
  const steps: [RegExp, (...parts: string[]) => string][] = [
    [/\(([TF])\)/, (_, a) => a!],
    [/\bnot ([TF])\b/, (_, a) => a === "T" ? "F" : "T"],
    [/\b([TF]) and ([TF])\b/, (_, a, b) => a === "T" && b === "T" ? "T" : "F"],
    [
      /(^|\()([TF]) or ([TF])\b(?! and)/,
      (_, open, a, b) => open! + (a === "T" || b === "T" ? "T" : "F"),
    ],
  ];
  for (let text = formula;;) {
    const step = steps.find(([pattern]) => pattern.test(text));
    if (step === undefined) {
      if (text === "T" || text === "F") return text;
      throw new Error(`Cannot match naively: "${formula}" ends as "${text}"`);
    }
    text = text.replace(step[0], step[1]);
  }
}

function search(value: unknown, lists: Lists): Test {
  if (Array.isArray(value)) {
    const any = value.map((each) => search(each, lists));
    return (event) => any.some((test) => test(event));
  }
  const all = Object.entries(value as Record<string, unknown>).map(([key, wanted]) =>
    item(key, wanted, lists)
  );
  return (event) => all.every((test) => test(event));
}

function item(key: string, wanted: unknown, lists: Lists): Test {
  const [field, ...written] = key.split("|") as [string, ...string[]];
  const isExpanded = written[0] === "expand";
  const modifiers = isExpanded ? written.slice(1) : written;
  const list = isExpanded ? expanded(key, wanted, lists) : [wanted].flat();
  const [modifier = isExpanded ? "glob" : "equals", second] = modifiers;
  const one = TESTS[modifier];
  const isKnown = one !== undefined && modifiers.length <= 2 &&
    (second === undefined || (second === "all" && modifier === "contains") ||
      (second === "i" && modifier === "re") ||
      (modifier === "hour" && /^(gte|lt)$/.test(second))) &&
    (["re", "glob"].includes(modifier) || list.every((each) => isPlain(each, isExpanded)));
  if (!isKnown) throw new Error(`Cannot match naively: ${key}`);
  return (event) => {
    const values = valuesOf(event, field);
    const holds = (each: unknown) => values.some((value) => one(value, each, second));
    return second === "all" ? list.every(holds) : list.some(holds);
  };
}

/** The values of the list that an item names. */
function expanded(key: string, wanted: unknown, lists: Lists): readonly string[] {
  const list = lists[/^%(\w+)%$/.exec(String(wanted))?.[1] ?? ""];
  if (list === undefined) throw new Error(`Cannot match naively: ${key}: ${wanted}`);
  return list;
}

/** Whether a value has no wildcard; a list may be just one, for "any". */
function isPlain(value: unknown, isExpanded: boolean): boolean {
  return !/[*?\\]/.test(String(value)) || (isExpanded && value === "*");
}

const TESTS: Readonly<
  Record<string, (value: string | null, wanted: unknown, second?: string) => boolean>
> = {
  equals: (value, wanted) => wanted === null ? value === null : lower(value) === lower(wanted),
  contains: (value, wanted) => value !== null && lower(value).includes(lower(wanted)),
  startswith: (value, wanted) => value !== null && lower(value).startsWith(lower(wanted)),
  endswith: (value, wanted) =>
    value !== null && (wanted === "*" || lower(value).endsWith(lower(wanted))),
  glob: (value, wanted) => {
    const parts = lower(wanted).split("*").map((part) => part.replace(/[^a-z0-9]/g, "\\$&"));
    return value !== null && new RegExp(`^${parts.join(".*")}$`, "s").test(lower(value));
  },
  hour: (value, wanted, second) => {
    const hour = new Date(value ?? NaN).getUTCHours();
    return second === "gte" ? hour >= Number(wanted) : hour < Number(wanted);
  },
  exists: (value, wanted) => (value !== null) === wanted,
  re: (value, wanted, second) =>
    value !== null && new RegExp(String(wanted), second === "i" ? "i" : "").test(value),
  cidr: (value, wanted) => {
    if (value === null || !ipaddr.isValid(value)) return false;
    const [network, bits] = ipaddr.parseCIDR(String(wanted));
    const address = ipaddr.process(value);
    return address.kind() === network.kind() && address.match([network, bits] as never);
  },
};

function valuesOf(event: Members, field: string): (string | null)[] {
  const { user } = event;
  const [, name, email] = /^(.*?)\s*\(([^()]*)\)$/.exec(String(user ?? "")) ?? [];
  const resources = (event.resources ?? []) as Members[];
  const values = field === "user.email"
    ? [email]
    : field === "user.name"
    ? [name]
    : field.startsWith("resources.")
    ? resources.map((resource) => resource[field.slice("resources.".length)])
    : [event[field]];
  return (values.length === 0 ? [undefined] : values).map((value) =>
    value === undefined ? null : String(value)
  );
}

function lower(value: unknown): string {
  return String(value).toLowerCase();
}
