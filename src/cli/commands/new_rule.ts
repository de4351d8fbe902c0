import { Scalar, stringify } from "yaml";
import { AUDIT_LOG } from "../../alert/audit_log.ts";
import { EVENT_FIELDS } from "../../alert/event_fields.ts";
import { textsIn } from "../../alert/read_odd_event.ts";
import { toEvent } from "../../alert/to_event.ts";
import { lintFile } from "../../sigma/lint/mod.ts";
import { parseSigma, runInlineTests } from "../../sigma/mod.ts";
import { oneLine } from "../../stream/plain_text.ts";

/** What a new rule is made of besides its event. */
export interface NewRuleOptions {
  /** Its title; by default the text of the event. */
  readonly title?: string | undefined;
  /** Its level. */
  readonly level: string;
  /** Its id, a random UUID. */
  readonly id: string;
  /** Today as `YYYY-MM-DD`. */
  readonly today: string;
}

/** Where editors find the schema, as seen from `rules/`. */
const SCHEMA_LINE = "# yaml-language-server: $schema=../docs/rule.schema.json\n";
const MAX_TITLE = 100;
/** A longer text is matched by its beginning. */
const MAX_TEXT = 200;
/** Resources of more types than this are not what makes the event. */
const MAX_TYPES = 5;

/**
 * Makes a rule that matches an event, with a test that shows it.
 *
 * In the test, people, addresses and names of resources are made-up ones: rules are shared, and the
 * rule looks at none of them.
 *
 * @param event The event; its text, and the types of its resources, are what the rule matches.
 * @param options Its title, level, id and date.
 * @returns The YAML text, which passes lint and its own tests; undefined if the event has no text
 *   that a rule can match.
 */
export function newRule(
  event: Readonly<Record<string, unknown>>,
  options: NewRuleOptions,
): string | undefined {
  const [text = ""] = textsIn(event.event);
  // The plainest form that lint has nothing against; hostile text may need the last one.
  return itemsFor(text)
    .map((item) => ruleText(event, text, item, options))
    .find((rule) => passes(rule, options.today));
}

/** The forms in which an item can ask for a text, the plainest first. */
function itemsFor(text: string): [key: string, value: string][] {
  const plain = text.match(/[\p{L}\p{N} ,;:()'"_-]+/gu) ?? [];
  const longest = plain.map((part) => part.trim()).sort((a, b) => b.length - a.length)[0] ?? "";
  const short = text.slice(0, MAX_TEXT);
  return [
    ...(text.length <= MAX_TEXT
      ? [["event", escaped(text)] as [string, string]]
      : [["event|startswith", escaped(short)] as [string, string]]),
    ["event|contains", escaped(longest.slice(0, MAX_TEXT))],
  ].filter((item): item is [string, string] => item[1]?.trim() !== "");
}

/** Text as a value of Sigma, in which these three characters are special. */
function escaped(text: string): string {
  return text.replace(/[\\*?]/g, "\\$&");
}

/** So that no reader takes a text such as `yes` or `0777` for something else. */
function quoted(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = Scalar.QUOTE_SINGLE;
  return scalar;
}

function ruleText(
  event: Readonly<Record<string, unknown>>,
  text: string,
  [key, value]: [key: string, value: string],
  { title, level, id, today }: NewRuleOptions,
): string {
  const types = typesIn(event);
  const plain = (line: string) => oneLine(line).slice(0, MAX_TITLE).replace(/[.\s]+$/, "");
  const rule = {
    title: title === undefined ? `ThousandEyes ${plain(text)}` : plain(title),
    id,
    status: "experimental",
    description: `ThousandEyes recorded '${plain(text)}'; say here why that matters`,
    date: today,
    logsource: { ...AUDIT_LOG.logsource },
    detection: {
      selection: {
        [key]: quoted(value),
        ...(types.length === 0 ? {} : { "resources.type": types.length === 1 ? types[0] : types }),
      },
      condition: "selection",
    },
    falsepositives: ["Planned work"],
    level,
    tests: [
      { name: "the event that it was made from", match: true, event: exampleOf(event, text) },
      { name: "another event", match: false, event: { event: "Something else happened." } },
    ],
  };
  return SCHEMA_LINE + stringify(rule, { lineWidth: 100 });
}

/** The types of its resources, as far as they can be values of a rule. */
function typesIn({ resources }: Readonly<Record<string, unknown>>): string[] {
  const types = Array.isArray(resources) ? resources.flatMap((each) => textsIn(each?.type)) : [];
  const unique = [...new Set(types)];
  return unique.length <= MAX_TYPES && unique.every((type) => /^[\w-]{1,100}$/.test(type))
    ? unique
    : [];
}

/** The event with made-up people, addresses and names. */
function exampleOf(event: Readonly<Record<string, unknown>>, text: string) {
  const { user, uid, ipAddress, date, aid, accountGroupName } = EVENT_FIELDS;
  const madeUp = Object.entries({ user, uid, ipAddress, date, aid, accountGroupName })
    .flatMap(([name, { example }]) => event[name] === undefined ? [] : [[name, example]]);
  const resources = typesIn(event)
    .map((type) => ({ type, name: EVENT_FIELDS["resources.name"].example }));
  return {
    event: text,
    ...Object.fromEntries(madeUp),
    ...(resources.length === 0 ? {} : { resources }),
  };
}

function passes(text: string, today: string): boolean {
  const problems = lintFile(text, { today, strict: true, sources: [AUDIT_LOG] });
  if (problems.some(({ severity }) => severity !== "info")) return false;
  const { rules: [rule] } = parseSigma(text);
  return rule !== undefined && runInlineTests(rule, { toEvent }).every(({ passed }) => passed);
}
