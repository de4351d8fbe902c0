import { parse } from "yaml";
import ipaddr from "ipaddr.js";

/** The parts of a rule that the audit needs. */
export interface NaiveRule {
  readonly id: string;
  readonly level: string;
  readonly matches: (event: Readonly<Record<string, unknown>>) => boolean;
}

type Members = Readonly<Record<string, unknown>>;
type Test = (event: Members) => boolean;

/** How the documents of a file are parted. */
const NEXT_DOCUMENT = /^---$/m;

/**
 * Reads `rules/` in a second, slow and simple way that shares nothing with the engine. It knows
 * only what the rules there use, and refuses the rest instead of guessing. Files of correlations are
 * left out: the rules in them make no alerts of their own.
 */
export async function naiveRules(folder: URL): Promise<NaiveRule[]> {
  const rules: NaiveRule[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!/\.ya?ml$/.test(name)) continue;
    const text = await Deno.readTextFile(new URL(name, folder));
    if (NEXT_DOCUMENT.test(text)) continue;
    const rule = parse(text);
    rules.push({ id: rule.id, level: rule.level, matches: detection(rule.detection) });
  }
  return rules;
}

function detection({ condition, ...searches }: Record<string, unknown>): Test {
  const tests = new Map(Object.entries(searches).map(([name, value]) => [name, search(value)]));
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

function search(value: unknown): Test {
  if (Array.isArray(value)) {
    const any = value.map(search);
    return (event) => any.some((test) => test(event));
  }
  const all = Object.entries(value as Record<string, unknown>).map(([key, wanted]) =>
    item(key, wanted)
  );
  return (event) => all.every((test) => test(event));
}

function item(key: string, wanted: unknown): Test {
  const [field, ...modifiers] = key.split("|") as [string, ...string[]];
  const list = Array.isArray(wanted) ? wanted : [wanted];
  const [modifier = "equals", second] = modifiers;
  const one = TESTS[modifier];
  const isKnown = one !== undefined && modifiers.length <= 2 &&
    (second === undefined || (second === "all" && modifier === "contains") ||
      (second === "i" && modifier === "re")) &&
    (modifier === "re" || !list.some((each) => /[*?\\]/.test(String(each))));
  if (!isKnown) throw new Error(`Cannot match naively: ${key}`);
  return (event) => {
    const values = valuesOf(event, field);
    const holds = (each: unknown) => values.some((value) => one(value, each, second));
    return second === "all" ? list.every(holds) : list.some(holds);
  };
}

const TESTS: Readonly<
  Record<string, (value: string | null, wanted: unknown, second?: string) => boolean>
> = {
  equals: (value, wanted) => wanted === null ? value === null : lower(value) === lower(wanted),
  contains: (value, wanted) => value !== null && lower(value).includes(lower(wanted)),
  startswith: (value, wanted) => value !== null && lower(value).startsWith(lower(wanted)),
  endswith: (value, wanted) => value !== null && lower(value).endsWith(lower(wanted)),
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
