import { Option } from "commander";
import { CliCommand } from "../cli_command.ts";
import { formatOption, type FormatOptions, onInstance, repeated } from "../common_options.ts";
import { EXIT_CODE, type ExitCode, UsageError } from "../exit_code.ts";
import { inPath, Instance, type InstanceOptions } from "../input/instance.ts";
import { timeOf } from "../input/option_values.ts";
import { sayList } from "../output/say_list.ts";
import { printable, say } from "../output/terminal.ts";

/** Options of `panoptes silences create`. */
interface SilencesCreateOptions extends InstanceOptions {
  readonly rule?: string;
  readonly field?: readonly string[];
  readonly until: string;
  readonly reason: string;
}

const COLUMNS = [
  { heading: "id", max: 32 },
  { heading: "until", max: 24 },
  { heading: "rule", max: 100 },
  { heading: "fields", max: 200 },
  { heading: "held back", max: 9, isNumeric: true },
  { heading: "by", max: 64 },
  { heading: "reason", max: 300 },
];

/** Lists what holds back notifications now. */
async function silencesList(
  { format, ...options }: InstanceOptions & FormatOptions,
): Promise<ExitCode> {
  const instance = await Instance.open(options, "list the silences", { scope: "read" });
  const { silences } = await instance.read(instance.v1.silences.$get({}));
  await sayList(silences, {
    format,
    columns: COLUMNS,
    cellsOf: ({ id, until, rule, fields, heldBack, by, reason }) => {
      const pairs = Object.entries(fields).map(([name, values]) => `${name}=${values.join(" | ")}`);
      return [id, until, rule ?? "every rule", pairs.join(", "), heldBack, by, reason];
    },
  });
  return EXIT_CODE.ok;
}

/** Holds back notifications for a time. */
async function silencesCreate(
  { rule, field = [], until, reason, ...options }: SilencesCreateOptions,
): Promise<ExitCode> {
  const fields: Record<string, string[]> = {};
  for (const pair of field) {
    const [, name, value] = /^([^=]+)=([^]+)$/.exec(pair) ?? [];
    if (name === undefined || value === undefined) {
      throw new UsageError(`Invalid --field '${pair}': write 'field=value'`);
    }
    (fields[name] ??= []).push(value);
  }
  const instance = await Instance.open(options, "hold back notifications");
  const silence = await instance.read(instance.v1.silences.$post({
    json: {
      ...(rule !== undefined && { rule }),
      fields,
      reason,
      until: timeOf(until, Date.now(), "ahead"),
    },
  }));
  say(`${silence.id} holds back notifications until ${silence.until}`);
  return EXIT_CODE.ok;
}

/** Ends a silence. */
async function silencesEnd(id: string, options: InstanceOptions): Promise<ExitCode> {
  const instance = await Instance.open(options, `end the silence ${id}`);
  await instance.read(instance.v1.silences[":id"].$delete({ param: { id: inPath(id) } }));
  say(`${printable(id)} has ended`);
  return EXIT_CODE.ok;
}

/** `panoptes silences` and the commands below it. */
export function silencesCommand(): CliCommand {
  return new CliCommand("silences")
    .description("hold back notifications of a running Panoptes for a time").with(
      onInstance(new CliCommand("list"), "read")
        .description(
          "list the silences that hold back notifications now, with who made them and why",
        )
        .addOption(formatOption())
        .example("panoptes silences list")
        .run((options: InstanceOptions & FormatOptions) => silencesList(options)),
      onInstance(new CliCommand("create"), "admin")
        .description("hold back the notifications of some alerts, which are recorded all the same")
        .option("--rule <rule>", "the id or title of a rule; by default every rule")
        .addOption(
          new Option(
            "--field <condition>",
            "only alerts with such a field: 'field=value'; repeatable",
          ).argParser(repeated),
        )
        .requiredOption(
          "--until <time>",
          "when it ends: ISO 8601, or how long from now, such as 2h",
        )
        .requiredOption("--reason <text>", "why")
        .example(
          'panoptes silences create --field user.email=ana@example.org --until 2h --reason "change 4711"',
        )
        .run((options: SilencesCreateOptions) => silencesCreate(options)),
      onInstance(new CliCommand("end"), "admin")
        .description("end a silence at once")
        .argument("<id>", "its id")
        .example("panoptes silences end 3f2a")
        .run((id: string, options: InstanceOptions) => silencesEnd(id, options)),
    );
}
