import { isThousandEyesRule } from "../../alert/match_rules.ts";
import { toEvent } from "../../alert/to_event.ts";
import {
  Correlator,
  explainCorrelation,
  explainHistory,
  type Explanation,
  RuleSet,
  type SigmaCorrelation,
  SigmaError,
  type SigmaRule,
} from "../../sigma/mod.ts";
import { escapeInvisible } from "../../stream/plain_text.ts";
import { CliCommand } from "../cli_command.ts";
import { formatOption, placeholdersOption } from "../common_options.ts";
import { EXIT_CODE, type ExitCode, UsageError } from "../exit_code.ts";
import { eventSources } from "../input/event_sources.ts";
import { eventTexts } from "../input/event_texts.ts";
import { eventsIn, type FoundEvent } from "../input/events_in.ts";
import { EVERY_RULE, loadRules, noteMissingLists, Refusals } from "../input/load_rules.ts";
import { readFiltersBeside, readNeighbours, readRuleFiles } from "../input/rule_files.ts";
import { readValueLists } from "../input/value_lists.ts";
import { BufferedOutput } from "../output/buffered_output.ts";
import { note, paint, printable } from "../output/terminal.ts";

/** Options of `rules explain`. */
interface RulesExplainOptions {
  /** How the tree is written. */
  readonly format: "text" | "json";
  /** The id, name or title of one rule. */
  readonly rule?: string;
  /** A file of lists for the modifier expand. */
  readonly placeholders?: string;
}

/**
 * Shows why a rule matches an event or does not, item by item; for a correlation, what the event
 * contributes to it.
 *
 * @param path The rule file.
 * @param event A file with one event; undefined is standard input.
 * @param options Which rule, and how it is written.
 * @returns The exit code: findings if a rule does not load.
 */
async function rulesExplain(
  path: string,
  event: string | undefined,
  options: RulesExplainOptions,
): Promise<ExitCode> {
  const { lists } = await readValueLists([path], options.placeholders);
  const refusals = new Refusals();
  const own = await readRuleFiles([path]);
  const beside = await readNeighbours([path], own);
  const files = [...own, ...beside, ...await readFiltersBeside(path)];
  const loaded = loadRules(files, refusals, lists);
  const { rules, filters } = loaded;
  const { correlations } = new Correlator(loaded.correlations, rules, {
    statuses: EVERY_RULE.statuses,
    onProblem: refusals.onProblem,
  });
  const documents = [...rules, ...correlations]
    .filter(({ file }) => !beside.some((other) => other.file === file));
  const chosen = documents.filter((document) => isChosen(document, options.rule));
  const value = chosen.length > 0 ? await readEvent(event) : undefined;
  const out = new BufferedOutput();
  for (const rule of chosen) {
    try {
      const settings = { filters, ...EVERY_RULE, ...lists };
      const sees = rule.kind === "rule" ? [rule] : rules;
      const event = sees.some(isThousandEyesRule) ? toEvent(value) : value;
      const tree = rule.kind === "rule"
        ? explainHistory(rule, event, new RuleSet([rule], settings).explain(rule, event))
        : explainCorrelation(rule, event, { ...settings, rules, correlations });
      await out.write(
        options.format === "json"
          ? `${escapeInvisible(JSON.stringify(tree))}\n`
          : `${treeText(tree)}\n`,
      );
    } catch (error) {
      if (!(error instanceof SigmaError)) throw error;
      for (const problem of error.problems) refusals.onProblem(problem, rule);
    }
  }
  await out.flush();
  const refused = refusals.list();
  for (const { file, problems } of refused) {
    for (const { line, message } of problems) {
      note(`${file}:${line}: rule not loaded: ${message}`);
    }
  }
  noteMissingLists(refused);
  if (chosen.length === 0 && refused.length === 0) {
    const known = documents.map(({ title }) => `'${title}'`).join(", ");
    throw new UsageError(
      options.rule === undefined
        ? `Cannot explain '${path}': it contains no rule`
        : `Cannot explain '${options.rule}': no rule in '${path}' has this id, name or title; it contains ${known}`,
    );
  }
  return refused.length > 0 ? EXIT_CODE.findings : EXIT_CODE.ok;
}

function isChosen(
  { id, name, title }: SigmaRule | SigmaCorrelation,
  wanted: string | undefined,
): boolean {
  return wanted === undefined || [id, name, title].includes(wanted);
}

/** Reads the one event of a file, in whatever form `panoptes match` takes events. */
async function readEvent(path: string | undefined): Promise<unknown> {
  if (path === undefined && Deno.stdin.isTerminal()) {
    throw new UsageError(
      "Cannot explain without an event: name a file, or redirect standard input: " +
        "'panoptes rules explain rule.yml < event.json'",
    );
  }
  const name = path ?? "standard input";
  const refuse = (reason: string) => new UsageError(`Cannot read an event from ${name}: ${reason}`);
  const [source] = await eventSources(path === undefined ? [] : [path]);
  const found: FoundEvent[] = [];
  try {
    for await (const { text } of eventTexts(await source!.open())) {
      for (const event of eventsIn(text)) found.push(event);
    }
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw refuse(cause.message.replace(/^.*?: /, ""));
  }
  const [first, ...others] = found;
  if (first === undefined) throw refuse("it must be one JSON object, and is empty");
  if (others.length > 0) {
    throw refuse(`it contains ${found.length}; an explanation is about one, so extract it first`);
  }
  if (typeof first.event === "string") throw refuse(first.event);
  return first.event;
}

/** A tree with one part on each line, readable without colours. */
function treeText(tree: Explanation): string {
  const verdict = tree.matched ? paint("green", "matches") : paint("red", "does not match");
  const lines = [`${paint("bold", printable(tree.text))}: ${verdict}`];
  const add = ({ of, more }: Explanation, margin: string) => {
    of.forEach((part, index) => {
      const last = index === of.length - 1 && more === undefined;
      lines.push(`${margin}${last ? "└─ " : "├─ "}${partText(part)}`);
      add(part, `${margin}${last ? "   " : "│  "}`);
    });
    if (more !== undefined) lines.push(`${margin}└─ ${paint("dim", `and ${more} more`)}`);
  };
  add(tree, "");
  return lines.join("\n");
}

function partText({ kind, text, matched, found, moreFound }: Explanation): string {
  const mark = matched ? paint("green", "yes") : paint("red", "no ");
  const values = found?.map((value) => `"${printable(value)}"`).join(", ");
  const has = values === undefined
    ? ""
    : values === ""
    ? paint("dim", "  the event has no such field")
    : paint("dim", `  the event has ${values}${moreFound ? ` and ${moreFound} more` : ""}`);
  return `${mark} ${kind === "item" ? paint("bold", printable(text)) : printable(text)}${has}`;
}

/** `panoptes rules explain`. */
export function rulesExplainCommand(): CliCommand {
  return new CliCommand("explain")
    .description("show item by item why a rule matches an event or not")
    .argument("<rule>", "a rule file")
    .argument(
      "[event]",
      "a file with one event, in any form that match reads; without it, standard input",
    )
    .option("--rule <id>", "the id, name or title of one rule, if the file has several")
    .addOption(formatOption())
    .addOption(placeholdersOption())
    .note("The exit code is 0 whether the rule matches or not.")
    .example("panoptes rules explain rules/user_added.yml event.json")
    .example("head -n 1 events.ndjson | panoptes rules explain rules/user_added.yml")
    .run((rule: string, event: string | undefined, options: RulesExplainOptions) =>
      rulesExplain(rule, event, options)
    );
}
