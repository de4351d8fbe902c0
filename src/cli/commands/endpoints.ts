import { Option } from "commander";
import * as v from "valibot";
import { ALERT_LEVELS, type AlertLevel } from "../../alert/alert.ts";
import { EndpointSchema } from "../../delivery/endpoint.ts";
import { jsonText } from "../../stream/json_text.ts";
import { CliCommand } from "../cli_command.ts";
import { formatOption, type FormatOptions, onInstance } from "../common_options.ts";
import { EXIT_CODE, type ExitCode, UsageError } from "../exit_code.ts";
import { inPath, Instance, type InstanceOptions } from "../input/instance.ts";
import { readDocument } from "../input/read_document.ts";
import { sayList } from "../output/say_list.ts";
import { note, printable, say } from "../output/terminal.ts";

const COLUMNS = [
  { heading: "name", max: 63 },
  { heading: "source", max: 8 },
  { heading: "format", max: 16 },
  { heading: "url", max: 60 },
  { heading: "min level", max: 13 },
  { heading: "state", max: 60 },
];

/** Lists the endpoints of a running Panoptes. */
async function endpointsList(
  { format, ...options }: InstanceOptions & FormatOptions,
): Promise<ExitCode> {
  const instance = await Instance.open(options, "list the endpoints");
  const { endpoints } = await instance.read(instance.v1.endpoints.$get({}));
  await sayList(endpoints, {
    format,
    columns: COLUMNS,
    cellsOf: ({ name, source, format = "", url = "", minLevel = "", problems, status }) => {
      const says = problems.length > 0 ? `refused: ${problems.join("; ")}` : stateOf(status);
      return [name, source, format, url, minLevel, says];
    },
  });
  return EXIT_CODE.ok;
}

/** Stores an endpoint that a file describes, or changes only the members that are in the file. */
async function endpointsSet(
  name: string,
  file: string,
  { merge = false, ...options }: InstanceOptions & { readonly merge?: boolean },
): Promise<ExitCode> {
  const body = await readDocument(file);
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw new UsageError(
      `Cannot set the endpoint: '${file}' must hold the members of one endpoint`,
    );
  }
  const { name: _, ...members } = body as Record<string, unknown>;
  const instance = await Instance.open(options, `set the endpoint ${name}`);
  // As the file has it: the service says what is wrong with it.
  await instance.request(pathOf(name), {
    method: merge ? "POST" : "PUT",
    body: JSON.stringify(members),
  });
  say(`${name} is in force at ${instance.origin}; 'endpoints test' tries it`);
  return EXIT_CODE.ok;
}

/** Removes a stored endpoint. */
async function endpointsRemove(name: string, options: InstanceOptions): Promise<ExitCode> {
  const instance = await Instance.open(options, `remove the endpoint ${name}`);
  await instance.read(instance.v1.endpoints[":name"].$delete(byName(name)));
  say(`${name} is removed`);
  return EXIT_CODE.ok;
}

/** Gives a failing or paused endpoint a fresh start. */
async function endpointsResume(name: string, options: InstanceOptions): Promise<ExitCode> {
  const instance = await Instance.open(options, `resume the endpoint ${name}`);
  await instance.read(instance.v1.endpoints[":name"].resume.$post(byName(name)));
  say(`${name} is resumed: what waits for it is sent now`);
  return EXIT_CODE.ok;
}

/** Sends a sample through an endpoint and says what was answered. */
async function endpointsTest(
  name: string,
  { level, ...options }: InstanceOptions & { readonly level: AlertLevel },
): Promise<ExitCode> {
  const instance = await Instance.open(options, `test the endpoint ${name}`);
  const { accepted, code, status, durationMs, excerpt, hint } = await instance.read(
    instance.v1.endpoints[":name"].test.$post({ ...byName(name), query: { level } }),
  );
  say(`${name}: ${accepted ? "accepted" : "not accepted"}, ${status ?? code}, ${durationMs} ms`);
  if (excerpt !== null) say(`  answer  ${printable(excerpt, 500)}`);
  if (hint !== null) say(`  hint    ${printable(hint, 500)}`);
  return accepted ? EXIT_CODE.ok : EXIT_CODE.findings;
}

/**
 * Writes the JSON that the setting WEBHOOKS takes from a list of endpoints in YAML: the Worker holds
 * no YAML parser.
 */
async function endpointsConvert(file: string): Promise<ExitCode> {
  const list = await readDocument(file);
  if (!Array.isArray(list)) throw new UsageError(`'${file}' must hold a list of endpoints`);
  const problems = list.flatMap((entry, index) => {
    const { issues = [] } = v.safeParse(EndpointSchema, entry);
    const name = (entry as { name?: unknown } | null)?.name;
    const place = typeof name === "string" ? printable(name, 63) : `entry ${index + 1}`;
    return issues.map((issue) => `${place}: ${v.getDotPath(issue) ?? ""} ${issue.message}`);
  });
  for (const problem of problems) note(problem);
  if (problems.length > 0) return EXIT_CODE.findings;
  say(jsonText(list));
  return EXIT_CODE.ok;
}

function stateOf(status: { state: string; queued: number } | null): string {
  if (status === null) return "";
  return status.queued === 0 ? status.state : `${status.state}, ${status.queued} wait`;
}

function pathOf(name: string): string {
  return `/v1/endpoints/${inPath(name)}`;
}

function byName(name: string) {
  return { param: { name: inPath(name) } };
}

/** `panoptes endpoints` and the commands below it. */
export function endpointsCommand(): CliCommand {
  const command = (name: string) => onInstance(new CliCommand(name), "admin");
  return new CliCommand("endpoints")
    .description("manage the endpoints of a running Panoptes").with(
      command("list").description("list the endpoints, without secrets")
        .addOption(formatOption())
        .example("panoptes endpoints list")
        .run((options: InstanceOptions & FormatOptions) => endpointsList(options)),
      command("set").description("store an endpoint, or change some of its members")
        .argument("<name>", "its name")
        .argument("<file>", "its members as YAML or JSON; '-' is standard input")
        .option("--merge", "leave the members that are not in the file as they are")
        .example("panoptes endpoints set on-call on_call.yml --url https://panoptes.example.com")
        .example("echo 'minLevel: high' | panoptes endpoints set on-call - --merge")
        .run((name: string, file: string, options: InstanceOptions & { merge?: boolean }) =>
          endpointsSet(name, file, options)
        ),
      command("remove").description("remove a stored endpoint")
        .argument("<name>", "its name")
        .example("panoptes endpoints remove on-call")
        .run((name: string, options: InstanceOptions) => endpointsRemove(name, options)),
      command("resume")
        .description("give a failing, paused or disabled endpoint a fresh start")
        .argument("<name>", "its name")
        .example("panoptes endpoints resume on-call", "after its receiver was repaired")
        .run((name: string, options: InstanceOptions) => endpointsResume(name, options)),
      command("test").description("send a sample alert, and show the answer of the receiver")
        .argument("<name>", "its name")
        .addOption(
          new Option("--level <level>", "the level of the sample").choices(ALERT_LEVELS)
            .default("medium"),
        )
        .example("panoptes endpoints test on-call --level high")
        .run((name: string, options: InstanceOptions & { level: AlertLevel }) =>
          endpointsTest(name, options)
        ),
      new CliCommand("convert")
        .description(
          "check a list of endpoints in YAML, and print it as the JSON of WEBHOOKS",
        )
        .argument("<file>", "a list of endpoints as YAML or JSON; '-' is standard input")
        .example("panoptes endpoints convert webhooks.yml | deno task wrangler secret put WEBHOOKS")
        .run((file: string) => endpointsConvert(file)),
    );
}
