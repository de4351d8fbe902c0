/**
 * What a file, a rule, a set of rules or an event may have many of.
 *
 * @module
 */
import { eventTexts } from "../../src/cli/input/event_texts.ts";
import {
  formatGithub,
  formatJson,
  formatSarif,
  formatText,
  lintFile,
  lintFiles,
} from "../../src/sigma/lint/mod.ts";
import {
  Correlator,
  parseSigma,
  RuleSet,
  runInlineTests,
  type SigmaRule,
} from "../../src/sigma/mod.ts";

/** Something that may be large. */
export interface LinearCase {
  readonly name: string;
  /** The largest input, where a limit of the engine or of a file ends the growth. */
  readonly max: number;
  /** Prepares an input of a size; what it returns is measured. */
  make(size: number): () => unknown;
}

const MANY = 1 << 17;

/** Lines of text cost so little that more of them would only measure the memory. */
const TEXT = 1 << 15;

/** `count` lines, each made from its number. */
function lines(count: number, line: (number: number) => string): string {
  return Array.from({ length: count }, (_, number) => line(number)).join("");
}

/** A rule around the lines below `detection:`, and around others at the top. */
function rule(detection: string, top = ""): string {
  return `title: Many things\n${top}logsource:\n  product: test\ndetection:\n${detection}`;
}

/** A rule with one selection, which consists of the given lines. */
function selection(items: string): string {
  return rule(`  selection:\n${items}  condition: selection\n`);
}

/** A rule that is fine, with lines at the top. */
function withTop(top: string): string {
  return rule("  selection:\n    f: x\n  condition: selection\n", top);
}

/** What a case is to show; where a limit ends the growth, either happens. */
type Expected = "loads" | "is refused" | "either";

/** Reads, lints, compiles and matches: all that is done with a rule file. */
function whole(text: string, expected: Expected = "loads"): void {
  const problems = lintFile(text, { file: "many_things.yml", today: "2026-11-23" });
  const errors = problems.filter(({ severity }) => severity === "error");
  if (expected !== "either" && (errors.length === 0) !== (expected === "loads")) {
    throw new Error(`The case is wrong: ${errors[0]?.message ?? "no error"}`);
  }
  for (const format of [formatText, formatJson, formatSarif, formatGithub]) format(problems);
  const { rules, filters, correlations } = parseSigma(text);
  if (correlations.length > 0) new Correlator(correlations, rules, { onProblem: () => {} });
  const set = new RuleSet(rules, { filters });
  set.match({ f: "x v1 xx", g: { h: 1 } });
  for (const rule of set.rules) set.explain(rule, { f: "x v1 xx", g: { h: 1 } });
}

/** A case about the text of one file. */
function ofFile(
  name: string,
  text: (size: number) => string,
  max = MANY,
  expected: Expected = "loads",
): LinearCase {
  return {
    name,
    max,
    make(size) {
      const made = text(size);
      return () => whole(made, expected);
    },
  };
}

const values = (line: (number: number) => string) => (size: number) =>
  selection(`    f|contains:\n${lines(size, (number) => `      - ${line(number)}\n`)}`);

const LISTS: LinearCase[] = [
  ofFile("list: plain values", values((number) => `v${number}`)),
  ofFile("list: plain values with spaces and colons", values((number) => `a b:c v${number}`)),
  ofFile("list: single-quoted values", values((number) => `'v${number}'`)),
  ofFile("list: double-quoted values", values((number) => `"v${number}\\\\x"`)),
  ofFile("list: numbers", values((number) => String(number))),
  ofFile("list: block scalars", values((number) => `|-\n        v${number}\n        w`)),
  ofFile("list: one value again and again", values(() => "same")),
  ofFile(
    "list: values that cover one another",
    values((number) => "v".repeat(number % 50 + 1)),
  ),
  ofFile("list: values with wildcards", values((number) => `v${number}*x?y`)),
  ofFile(
    "list: flow style, on one line",
    (size) => selection(`    f: [${lines(size, (number) => `v${number}, `)}]\n`),
  ),
  ofFile(
    "list: flow style, each value doubtful",
    (size) => selection(`    f: [${lines(size, (number) => `0${number % 8}${number}1_1, `)}]\n`),
  ),
  ofFile(
    "list: keywords",
    (size) => rule(`  k:\n${lines(size, (number) => `    - v${number}\n`)}  condition: k\n`),
  ),
  ofFile(
    "list: maps",
    (size) => rule(`  s:\n${lines(size, (number) => `    - f: v${number}\n`)}  condition: s\n`),
  ),
  ofFile(
    "list: regular expressions",
    (size) => selection(`    f|re:\n${lines(size, (number) => `      - 'v${number}[ab]+x'\n`)}`),
  ),
  ofFile("list: networks", (size) =>
    selection(
      `    f|cidr:\n${
        lines(size, (number) => `      - 10.${number >> 8 & 255}.${number & 255}.0/24\n`)
      }`,
    )),
  ofFile(
    "list: windash",
    (size) =>
      selection(`    f|windash|contains:\n${lines(size, (number) => `      - ' -v${number}'\n`)}`),
  ),
  ofFile("list: base64offset", (size) =>
    selection(
      `    f|base64offset|contains:\n${lines(size, (number) => `      - 'value${number}'\n`)}`,
    )),
];

const MAPS: LinearCase[] = [
  ofFile("map: fields", (size) => selection(lines(size, (number) => `    f${number}: x\n`))),
  ofFile(
    "map: nested fields",
    (size) => selection(lines(size, (number) => `    a.b${number % 100}.c${number}: x\n`)),
  ),
  ofFile(
    "map: fields of one array",
    (size) => selection(lines(size, (number) => `    a[any].f${number}: x\n`)),
  ),
  ofFile(
    "map: fields in different letter case",
    (size) =>
      selection(lines(size, (number) => `    ${number % 2 ? "f" : "F"}${number >> 1}: x\n`)),
  ),
  ofFile(
    "map: unknown modifiers",
    (size) => selection(lines(size, (number) => `    f${number}|contain: x\n`)),
    MANY,
    "is refused",
  ),
  ofFile(
    "map: duplicate keys",
    (size) => selection(lines(size, () => `    f: x\n`)),
    MANY,
    "is refused",
  ),
  ofFile(
    "map: one key with many modifiers",
    (size) => selection(`    f${"|contain".repeat(size)}: x\n`),
    MANY,
    "is refused",
  ),
  ofFile(
    "map: one key with many known modifiers",
    (size) => selection(`    f${"|base64".repeat(size)}: x\n`),
    MANY,
    "is refused",
  ),
  ofFile(
    "map: custom fields at the top",
    (size) => withTop(lines(size, (number) => `custom${number}: x\n`)),
  ),
  ofFile(
    "map: custom fields that look misspelled",
    (size) => withTop(lines(size, (number) => `statu${number % 10}${number}: x\n`)),
  ),
  ofFile(
    "map: flow style, on one line",
    (size) => rule(`  s: {${lines(size, (number) => `f${number}: x, `)}}\n  condition: s\n`),
  ),
  ofFile(
    "map: custom log source keys",
    (size) =>
      `title: Many\nlogsource:\n  product: x\n${
        lines(size, (number) => `  servic${number}: x\n`)
      }detection:\n  s:\n    f: x\n  condition: s\n`,
  ),
];

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

const DOCUMENTS: LinearCase[] = [
  ofFile("documents: rules of one file", (size) =>
    lines(
      size,
      (number) =>
        `---\ntitle: T${number}\nid: ${id(number)}\n${selection(`    f: v${number}\n`).slice(19)}`,
    )),
  ofFile("documents: empty ones", (size) => `${"---\n".repeat(size)}${withTop("")}`),
  ofFile(
    "documents: with a byte order mark",
    (size) => `\ufeff${lines(size, () => `---\n${withTop("")}`)}`,
  ),
  ofFile(
    "documents: no Sigma at all",
    (size) => lines(size, () => `---\na: b\n`),
    MANY,
    "is refused",
  ),
  ofFile(
    "documents: action: global",
    (size) =>
      `---\naction: global\ntitle: A\n${lines(size, () => `---\ndetection:\n  s:\n    f: x\n`)}`,
    MANY,
    "is refused",
  ),
];

const baseRule = (number: number) =>
  `title: T${number}\nname: r${number}\n${selection(`    f: v${number}\n`).slice(19)}---\n`;

function correlation(rules: string, more = "", name = "c"): string {
  return `title: C ${name}\nname: ${name}\nlevel: low\ncorrelation:\n  type: event_count\n` +
    `  rules: ${rules}\n${more}  timespan: 5m\n  condition:\n    gte: 5\n`;
}

const CORRELATIONS: LinearCase[] = [
  ofFile(
    "correlation: of many rules",
    (size) => {
      const all = Array.from({ length: size }, (_, number) => `r${number}`);
      return `${lines(size, baseRule)}${correlation(`[${all.join(", ")}]`)}`;
    },
    MANY,
    "either",
  ),
  ofFile(
    "correlation: many of one rule",
    (size) =>
      `${baseRule(0)}${lines(size, (number) => `${correlation("r0", "", `c${number}`)}---\n`)}`,
  ),
  ofFile(
    "correlation: each of the one before",
    (size) =>
      `${baseRule(0)}${correlation("r0", "", "c0")}${
        lines(size, (number) => `---\n${correlation(`c${number}`, "", `c${number + 1}`)}`)
      }`,
    MANY,
    "either",
  ),
  ofFile(
    "correlation: many fields to group by",
    (size) =>
      `${baseRule(0)}${
        correlation("r0", `  group-by:\n${lines(size, (number) => `    - f${number}\n`)}`)
      }`,
    MANY,
    "either",
  ),
];

const identifiers = (size: number, name = (number: number) => `s${number}`) =>
  lines(size, (number) => `  ${name(number)}:\n    f: v${number}\n`);
const names = (size: number) => Array.from({ length: size }, (_, number) => `s${number}`);

const CONDITIONS: LinearCase[] = [
  ofFile(
    "condition: and, each name once",
    (size) => rule(`${identifiers(size)}  condition: ${names(size).join(" and ")}\n`),
  ),
  ofFile(
    "condition: or, each name once",
    (size) => rule(`${identifiers(size)}  condition: ${names(size).join(" or ")}\n`),
  ),
  ofFile(
    "condition: one name again and again",
    (size) => rule(`  s:\n    f: x\n  condition: ${Array(size).fill("s").join(" and ")}\n`),
  ),
  ofFile(
    "condition: not",
    (size) =>
      rule(`${identifiers(size)}  condition: s0 and not ${names(size).join(" and not ")}\n`),
  ),
  ofFile("condition: brackets", (size) =>
    rule(
      `  s:\n    f: x\n  condition: ${
        Array(Math.ceil(size / 40)).fill(`${"(".repeat(40)}s${")".repeat(40)}`).join(" or ")
      }\n`,
    )),
  ofFile(
    "condition: brackets without end",
    (size) => rule(`  s:\n    f: x\n  condition: ${"(".repeat(size)}s\n`),
    MANY,
    "is refused",
  ),
  ofFile(
    "condition: unknown names",
    (size) => rule(`${identifiers(size)}  condition: ${names(size).join("x and ")}x\n`),
    MANY,
    "is refused",
  ),
  ofFile(
    "condition: 1 of, one pattern for all",
    (size) => rule(`${identifiers(size)}  condition: 1 of s*\n`),
  ),
  ofFile(
    "condition: 1 of them, again and again",
    (size) =>
      rule(
        `  s1:\n    f: x\n  s2:\n    f: y\n  condition: ${
          Array(size).fill("1 of them").join(" and ")
        }\n`,
      ),
  ),
  ofFile("condition: 1 of, several names and several patterns", (size) =>
    rule(
      `${identifiers(256)}  condition: ${
        Array.from({ length: size }, (_, number) => `1 of s${number}*`).join(" and ")
      }\n`,
    ), 256),
  ofFile("condition: a list", (size) =>
    rule(
      `${identifiers(size)}  condition:\n${lines(size, (number) => `    - s${number} and s0\n`)}`,
    )),
  ofFile(
    "condition: selections with the same content",
    (size) => rule(`${lines(size, (number) => `  s${number}:\n    f: x\n`)}  condition: 1 of s*\n`),
  ),
  ofFile(
    "condition: in double quotes",
    (size) => rule(`  s:\n    f: x\n  condition: "${Array(size).fill("s").join(" AND ")}"\n`),
  ),
];

const METADATA: LinearCase[] = [
  ofFile(
    "metadata: references",
    (size) =>
      withTop(`references:\n${lines(size, (number) => `  - https://example.org/${number}\n`)}`),
  ),
  ofFile(
    "metadata: one reference again and again",
    (size) => withTop(`references:\n${lines(size, () => `  - https://example.org\n`)}`),
  ),
  ofFile("metadata: related", (size) =>
    withTop(
      `related:\n${lines(size, (number) => `  - id: ${id(number)}\n    type: similar\n`)}`,
    )),
  ofFile(
    "metadata: tags",
    (size) =>
      withTop(
        `tags:\n${lines(size, (number) => `  - attack.t${1000 + number % 9000}.x${number}\n`)}`,
      ),
  ),
  ofFile(
    "metadata: unknown tag namespaces",
    (size) => withTop(`tags:\n${lines(size, (number) => `  - atack.t${number}\n`)}`),
  ),
  ofFile(
    "metadata: false positives",
    (size) => withTop(`falsepositives:\n${lines(size, () => `  - none\n`)}`),
  ),
  ofFile(
    "metadata: fields",
    (size) => withTop(`fields:\n${lines(size, (number) => `  - F${number}\n`)}`),
  ),
  ofFile("metadata: inline tests", (size) =>
    withTop(
      `tests:\n${
        lines(size, (number) => `  - name: t${number}\n    match: true\n    event: { f: x }\n`)
      }`,
    )),
  ofFile(
    "metadata: text in a block",
    (size) => withTop(`runbook: |\n${lines(size, (number) => `  line ${number} of it\n`)}`),
    TEXT,
  ),
  ofFile(
    "metadata: folded text",
    (size) => withTop(`runbook: >\n${lines(size, (number) => `  line ${number} of it\n`)}`),
    TEXT,
  ),
  ofFile(
    "metadata: plain text of several lines",
    (size) => withTop(`runbook: a\n${lines(size, (number) => `  line ${number} of it\n`)}`),
    TEXT,
  ),
  ofFile(
    "metadata: double-quoted text of several lines",
    (size) =>
      withTop(`runbook: "a\n${lines(size, (number) => `  line ${number} \\t of it\n`)}  "\n`),
    TEXT,
  ),
  ofFile(
    "metadata: single-quoted text of several lines",
    (size) =>
      withTop(`runbook: 'a\n${lines(size, (number) => `  line ''${number}'' of it\n`)}  '\n`),
    TEXT,
  ),
  ofFile(
    "metadata: a long title",
    (size) => withTop("").replace("Many", "Many ".repeat(size)),
    MANY,
    "loads",
  ),
];

const COMMENTS: LinearCase[] = [
  ofFile(
    "comments: before the document",
    (size) => `${"# a comment\n".repeat(size)}${withTop("")}`,
  ),
  ofFile("comments: between values", values((number) => `v${number}\n      # a comment`)),
  ofFile("comments: after values", values((number) => `v${number} # a comment`)),
  ofFile("comments: empty lines", values((number) => `v${number}\n\n`)),
  ofFile(
    "comments: disable comments in use",
    values((number) => `0${number % 8}_${number} # panoptes-disable value-yaml-version`),
  ),
  ofFile(
    "comments: disable comments without use",
    values((number) => `v${number} # panoptes-disable value-repeated`),
  ),
  ofFile(
    "comments: disable comments of unknown codes",
    values((number) => `v${number} # panoptes-disable value-repaeted`),
  ),
  ofFile(
    "comments: one disable comment with many codes",
    (size) => `# panoptes-disable-file ${"value-repeated, ".repeat(size)}\n${withTop("")}`,
  ),
  ofFile(
    "comments: disable comments for the file",
    (size) => `${"# panoptes-disable-file all\n".repeat(size)}${values(() => "x")(size)}`,
  ),
];

const ALIASES: LinearCase[] = [
  ofFile(
    "aliases: of a value",
    (size) => selection(`    f:\n      - &a x\n${"      - *a\n".repeat(size)}`),
    1_000,
  ),
  ofFile("aliases: of a long list", (size) =>
    rule(
      `  s:\n    f: &a\n${
        lines(size, (number) => `      - v${number}\n`)
      }    g: *a\n    h: *a\n  condition: s\n`,
    )),
  ofFile("aliases: anchors without any", values((number) => `&a${number} v${number}`)),
  ofFile(
    "aliases: many of a long list",
    (size) =>
      rule(
        `  s:\n    f: &a\n${lines(size, (number) => `      - v${number}\n`)}${
          lines(900, (number) => `    g${number}: *a\n`)
        }  condition: s\n`,
      ),
    MANY,
    "either",
  ),
  ofFile(
    "aliases: of maps with aliases",
    (size) =>
      withTop(
        `custom:\n  a0: &a0 [x]\n${
          lines(size, (number) => `  a${number + 1}: &a${number + 1} [*a${number}]\n`)
        }`,
      ),
    MANY,
    "either",
  ),
  ofFile(
    "aliases: unknown ones",
    (size) => selection(`    f:\n${"      - *a\n".repeat(size)}`),
    MANY,
    "is refused",
  ),
];

const BROKEN: LinearCase[] = [
  ofFile(
    "broken: nested flow lists",
    (size) => withTop(`custom: ${"[".repeat(size)}\n`),
    MANY,
    "is refused",
  ),
  ofFile(
    "broken: nested flow maps",
    (size) => withTop(`custom: ${"{a: ".repeat(size)}\n`),
    MANY,
    "is refused",
  ),
  ofFile(
    "broken: nested lists",
    (size) => withTop(`custom: ${"- ".repeat(size)}\n`),
    MANY,
    "is refused",
  ),
  ofFile(
    "broken: an open quote",
    (size) => withTop(`custom: "${"a\n".repeat(size)}`),
    MANY,
    "is refused",
  ),
  ofFile(
    "broken: tabs",
    (size) => withTop(`custom:\n${"\ta: b\n".repeat(size)}`),
    MANY,
    "is refused",
  ),
  ofFile(
    "broken: explicit keys",
    (size) => withTop(`custom:\n${"  ? [a]\n  : b\n".repeat(size)}`),
    MANY,
    "is refused",
  ),
  ofFile(
    "broken: values after values",
    (size) => withTop(`custom: x\n${"}\n".repeat(size)}`),
    MANY,
    "is refused",
  ),
];

/** Rule files, each of its own. */
function files(size: number, text: (number: number) => string) {
  return Array.from({ length: size }, (_, number) => ({
    file: `rules/rule_number_${number}.yml`,
    text: text(number),
  }));
}

function ofFiles(name: string, text: (number: number) => string): LinearCase {
  return {
    name,
    max: 1 << 14,
    make(size) {
      const made = files(size, text);
      return () => formatText(lintFiles(made, { today: "2026-11-23" }));
    },
  };
}

const SETS: LinearCase[] = [
  ofFiles(
    "files: different rules",
    (number) => withTop(`id: ${id(number)}\n`).replace("Many", `T${number}`),
  ),
  ofFiles("files: one title, one detection", (number) => withTop(`id: ${id(number)}\n`)),
  ofFiles("files: one value again and again", () => selection(`    f: [x, x, x]\n`)),
  ofFiles(
    "files: unknown related rules",
    (number) => withTop(`related:\n  - id: ${id(number)}\n    type: similar\n`),
  ),
];

/** Parsed rules, one after another. */
function parsed(size: number): SigmaRule[] {
  return Array.from({ length: size }, (_, number) => {
    const [rule] = parseSigma(
      `title: T${number}\nid: ${id(number)}\n${
        selection(`    f|contains: v${number}x\n`).slice(19)
      }`,
    ).rules;
    return rule!;
  });
}

function filtersOf(size: number, rules: (number: number) => string) {
  return Array.from({ length: size }, (_, number) =>
    parseSigma(
      `title: F${number}\nlogsource:\n  product: test\nfilter:\n  rules: ${
        rules(number)
      }\n  s:\n    f: w${number}\n  condition: not s\n`,
    ).filters[0]!);
}

SETS.push(
  {
    name: "rule set: rules",
    max: 1 << 14,
    make(size) {
      const rules = parsed(size);
      return () => new RuleSet(rules).match({ f: "v1x" });
    },
  },
  {
    name: "rule set: a bundle of JSON",
    max: 1 << 14,
    make(size) {
      const rules = parsed(size);
      return () => {
        const text = JSON.stringify({ rules }, null, 1);
        return new RuleSet(JSON.parse(text).rules).match({ f: "v1x" });
      };
    },
  },
  {
    name: "rule set: each rule has its filter",
    max: 1 << 14,
    make(size) {
      const rules = parsed(size);
      const filters = filtersOf(size, (number) => `[${id(number)}]`);
      return () => new RuleSet(rules, { filters });
    },
  },
  {
    name: "rule set: filters without rules",
    max: 1 << 14,
    make(size) {
      const rules = parsed(size);
      const filters = filtersOf(size, (number) => `[unknown${number}]`);
      return () => new RuleSet(rules, { filters }).unusedFilters.length;
    },
  },
  {
    name: "rule set: one filter for all rules",
    max: 1 << 14,
    make(size) {
      const rules = parsed(size);
      const filters = filtersOf(1, () => "any");
      return () => new RuleSet(rules, { filters });
    },
  },
  {
    name: "rule set: one filter that names all rules",
    max: 1 << 14,
    make(size) {
      const rules = parsed(size);
      const filters = filtersOf(
        1,
        () => `[${Array.from({ length: size }, (_, number) => id(number)).join(", ")}]`,
      );
      return () => new RuleSet(rules, { filters });
    },
  },
  {
    name: "rule set: many filters for one rule",
    max: 1 << 14,
    make(size) {
      const rules = parsed(1);
      const filters = filtersOf(size, () => "any");
      return () => new RuleSet(rules, { filters }).match({ f: "v0x" });
    },
  },
  {
    name: "rule set: a long list for expand",
    max: 1 << 16,
    make(size) {
      const { rules } = parseSigma(selection(`    f|expand|contains: '%list%'\n`));
      const placeholders = { list: Array.from({ length: size }, (_, number) => `v${number}`) };
      return () => new RuleSet(rules, { placeholders }).match({ f: "v1" });
    },
  },
  {
    name: "rule set: a long list for expand in re",
    max: 1 << 16,
    make(size) {
      const { rules } = parseSigma(selection(`    f|re|expand: '%list%'\n`));
      const placeholders = { list: Array.from({ length: size }, (_, number) => `v${number}`) };
      return () => new RuleSet(rules, { placeholders, onProblem: () => {} }).match({ f: "v1" });
    },
  },
  {
    name: "rule set: many lists for expand",
    max: 1 << 16,
    make(size) {
      const { rules } = parseSigma(
        selection(`    f|expand:\n${lines(size, (number) => `      - '%l${number}%'\n`)}`),
      );
      const placeholders = Object.fromEntries(
        Array.from({ length: size }, (_, number) => [`l${number}`, ["x", "y"]]),
      );
      return () => new RuleSet(rules, { placeholders }).match({ f: "x" });
    },
  },
  {
    name: "rule set: inline tests",
    max: 1 << 16,
    make(size) {
      const { rules } = parseSigma(
        withTop(
          `tests:\n${
            lines(size, (number) => `  - name: t${number}\n    match: true\n    event: { f: x }\n`)
          }`,
        ),
      );
      return () => runInlineTests(rules[0]!);
    },
  },
);

/** The rules that events are matched against: each way to look at a field, and keywords. */
const looking = (() => {
  const items = [
    "f: v1",
    "f|contains: v2",
    "f|re: 'v[0-9]+x'",
    "f|re: '(a|b)+c'",
    "f|windash|contains: ' -v'",
    "f|cidr: 10.0.0.0/8",
    "f.g: x",
    "f[any].g: x",
    "f[all].g|contains: x",
    "a.b.c.d: x",
    "'|contains': v3",
    "f|fieldref: g",
    "f|gt: 5",
    "f|exists: false",
  ];
  const rules = items.flatMap((item, number) =>
    parseSigma(selection(`    ${item}\n`).replace("Many", `T${number}`)).rules
  );
  return new RuleSet([
    ...rules,
    ...parseSigma(rule("  k:\n    - nowhere\n  condition: k\n")).rules,
  ]);
})();

/** Larger events no longer fit the caches of a processor, and only that would be measured. */
const EVENT = 1 << 13;

function ofEvent(name: string, event: (size: number) => unknown, max = EVENT): LinearCase {
  return {
    name,
    max,
    make(size) {
      const made = event(size);
      return () => {
        for (let round = 0; round < 3; round++) looking.match(made);
        for (const rule of looking.rules) looking.explain(rule, made);
      };
    },
  };
}

/** Objects inside objects. */
function nested(depth: number, key: string): unknown {
  let value: unknown = "x";
  for (let level = 0; level < depth; level++) value = { [key]: value };
  return value;
}

function arrays(depth: number): unknown {
  let value: unknown = "x";
  for (let level = 0; level < depth; level++) value = [value];
  return value;
}

const EVENTS: LinearCase[] = [
  ofEvent("event: a long text", (size) => ({ f: "ab -v".repeat(size) }), 1 << 16),
  ofEvent("event: a long text of one letter", (size) => ({ f: "a".repeat(size) }), 1 << 20),
  ofEvent("event: a long text, not ASCII", (size) => ({ f: "äß ü".repeat(size) }), 1 << 16),
  ofEvent(
    "event: an array of strings",
    (size) => ({ f: Array.from({ length: size }, (_, at) => `w${at}`) }),
  ),
  ofEvent(
    "event: an array of objects",
    (size) => ({ f: Array.from({ length: size }, (_, at) => ({ g: `w${at}` })) }),
  ),
  ofEvent(
    "event: keys",
    (size) => Object.fromEntries(Array.from({ length: size }, (_, at) => [`k${at}`, "w"])),
  ),
  ofEvent("event: keys with dots", (size) => ({
    f: Object.fromEntries(Array.from({ length: size }, (_, at) => [`k${at}.g.h`, "w"])),
  })),
  ofEvent("event: depth", (size) => nested(size, "g"), 4_000),
  ofEvent("event: depth in the field", (size) => ({ f: nested(size, "g") }), 4_000),
  ofEvent("event: depth of arrays", (size) => ({ f: arrays(size) }), 4_000),
  ofEvent(
    "event: numbers",
    (size) => ({ f: Array.from({ length: size }, (_, at) => at / 7) }),
  ),
];

const encoder = new TextEncoder();

function ofInput(
  name: string,
  text: (size: number) => string,
  chunk = 1 << 16,
  max = 1 << 20,
): LinearCase {
  return {
    name,
    max,
    make(size) {
      const bytes = encoder.encode(text(size));
      return async () => {
        let at = 0;
        const stream = new ReadableStream<Uint8Array>({
          pull(controller) {
            if (at >= bytes.length) return controller.close();
            controller.enqueue(bytes.subarray(at, at += chunk));
          },
        });
        for await (const { text } of eventTexts(stream)) JSON.parse(text);
      };
    },
  };
}

const INPUTS: LinearCase[] = [
  ofInput("input: lines", (size) => lines(size, (number) => `{"f": ${number}}\n`)),
  ofInput("input: blank lines", (size) => `{"f": 1}\n${"\n".repeat(size)}`),
  ofInput("input: blank lines first", (size) => `${" \n".repeat(size)}{"f": 1}\n`),
  ofInput("input: one long line", (size) => `{"f": "${"x".repeat(size)}"}\n`),
  ofInput("input: one long line in small pieces", (size) => `{"f": "${"x".repeat(size)}"}\n`, 100),
  ofInput("input: an array", (size) => `[${lines(size, (number) => `{"f": ${number}},\n`)}{}]`),
  ofInput(
    "input: an array in small pieces",
    (size) => `[${lines(size, (number) => `{"f": ${number}},\n`)}{}]`,
    100,
  ),
  ofInput("input: one long item in small pieces", (size) => `[{"f": "${"x".repeat(size)}"}]`, 100),
];

/** Every case, in the order of the table. */
export const CASES: readonly LinearCase[] = [
  ...LISTS,
  ...MAPS,
  ...DOCUMENTS,
  ...CORRELATIONS,
  ...CONDITIONS,
  ...METADATA,
  ...COMMENTS,
  ...ALIASES,
  ...BROKEN,
  ...SETS,
  ...EVENTS,
  ...INPUTS,
];
