import { Option } from "commander";
import { textsIn } from "../../alert/read_odd_event.ts";
import { LEVELS } from "../../sigma/vocabulary.ts";
import { CliCommand } from "../cli_command.ts";
import { EXIT_CODE, type ExitCode, UsageError } from "../exit_code.ts";
import { eventSources } from "../input/event_sources.ts";
import { readEvents } from "../input/read_events.ts";
import { note, write } from "../output/terminal.ts";
import { newRule } from "./new_rule.ts";

/** Options of `panoptes rules new`. */
interface RulesNewOptions {
  /** The text of the event; without a file, it is the whole event. */
  readonly event?: string;
  /** The rule's title. */
  readonly title?: string;
  /** The rule's level. */
  readonly level: string;
  /** The file to write; standard output by default. */
  readonly out?: string;
}

/**
 * Makes a rule with a test from an event, as a start for an author.
 *
 * @param path A file with events; `-` is standard input.
 * @param options The text of the event, title, level and where to write.
 * @returns The exit code.
 */
async function rulesNew(
  path: string | undefined,
  options: RulesNewOptions,
): Promise<ExitCode> {
  const event = path === undefined && options.event !== undefined
    ? { event: options.event }
    : await findEvent(path, options.event);
  const text = newRule(event, {
    title: options.title,
    level: options.level,
    id: crypto.randomUUID(),
    today: new Date().toISOString().slice(0, 10),
  });
  if (text === undefined) {
    throw new UsageError(
      "Cannot make a rule: the event has no text that a rule can match; choose another one with --event",
    );
  }
  if (options.out === undefined) write(Deno.stdout, text);
  else {
    await writeNew(options.out, text);
    note(`${options.out} written; next: panoptes rules check ${options.out}`);
  }
  return EXIT_CODE.ok;
}

/** The first event of a file, or the first with a text. */
async function findEvent(
  path: string | undefined,
  wanted: string | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const sources = await eventSources(path === undefined ? [] : [path]);
  const listener = { onProgress: () => {}, onSkip: () => {} };
  for await (const { event } of readEvents(sources, listener)) {
    const fields = event as Readonly<Record<string, unknown>>;
    if (wanted === undefined || textsIn(fields.event).includes(wanted)) return fields;
  }
  throw new UsageError(
    `Cannot make a rule: ${path ?? "standard input"} has no ${
      wanted === undefined ? "event" : `event '${wanted}'; 'panoptes events summarize' lists them`
    }`,
  );
}

async function writeNew(path: string, text: string): Promise<void> {
  try {
    await Deno.writeTextFile(path, text, { createNew: true });
  } catch (cause) {
    const reason = cause instanceof Deno.errors.AlreadyExists
      ? "it exists already"
      : cause instanceof Error
      ? cause.message
      : String(cause);
    throw new UsageError(`Cannot write '${path}': ${reason}`, { cause });
  }
}

/** `panoptes rules new`. */
export function rulesNewCommand(): CliCommand {
  return new CliCommand("new").description("write a rule, with tests, for an event")
    .argument("[event]", "a file with events; '-' is standard input, which is also the default")
    .option(
      "--event <text>",
      "the text of the event: the first such event of the file, or, without a file, all of it",
    )
    .option("--title <title>", "the rule's title; by default the text of the event")
    .addOption(
      new Option("--level <level>", "the rule's level").choices(Object.keys(LEVELS)).default("low"),
    )
    .option("--out <file>", "write to this file, which must not exist; default: standard output")
    .note(
      "The rule asks for the text of the event and the types of its resources, and passes 'rules " +
        "check' and 'rules test' as it is. In its test, people, addresses and names are made-up ones.",
    )
    .example(
      'panoptes rules new --event "Test deleted." --level medium --out rules/test_gone.yml',
    )
    .example('panoptes rules new events.ndjson --event "Test deleted."')
    .example("head -n 1 events.ndjson | panoptes rules new")
    .run((event: string | undefined, options: RulesNewOptions) => rulesNew(event, options));
}
