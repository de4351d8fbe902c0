import { CliCommand } from "../cli_command.ts";
import { sourceOption } from "../common_options.ts";
import { EXIT_CODE, type ExitCode, UsageError } from "../exit_code.ts";
import { Instance } from "../input/instance.ts";
import { counted, say } from "../output/terminal.ts";

/** Options of `rules push`. */
interface RulesPushOptions {
  /** The address of Panoptes. */
  readonly log: string;
  /** The name of the source. */
  readonly source?: string;
}

/**
 * Puts a bundle of rules in force in a running Panoptes, with `PUT /v1/rules`.
 *
 * @param file What `rules build` has written.
 * @param options The address.
 * @returns The exit code.
 * @throws {UsageError} If the file cannot be read, or the address or the token is unusable.
 * @throws {SourceError} If the service refuses the bundle or cannot be reached.
 */
async function rulesPush(
  file: string,
  { log, source }: RulesPushOptions,
): Promise<ExitCode> {
  const body = await Deno.readTextFile(file).catch((cause) => {
    throw new UsageError(`Cannot read the bundle '${file}': ${cause.message}`);
  });
  const instance = await Instance.open({ url: log, source }, "put the rules in force", {
    option: "--log",
  });
  // As it was built: the service says what is wrong with it.
  const { revision, rules } = await instance.json<{ revision: string; rules: number }>(
    "/v1/rules",
    { method: "PUT", body },
  );
  say(`${counted(rules, "rule")} in force at ${instance.origin}, revision ${revision}`);
  return EXIT_CODE.ok;
}

/** `panoptes rules push`. */
export function rulesPushCommand(): CliCommand {
  return new CliCommand("push").description("put built rules in force in a running Panoptes")
    .argument("<file>", "the output of 'rules build', by the version that runs there")
    .requiredOption(
      "--log <url>",
      "the address of Panoptes; PANOPTES_TOKEN is read from the environment and needs the scope admin",
    )
    .addOption(sourceOption())
    .note(
      "If anything is wrong with the rules, those in force stay. DELETE /v1/rules puts the rules " +
        "of the deployment in force again.",
    )
    .example(
      "PANOPTES_TOKEN=… panoptes rules push rules.json --log https://panoptes.example.workers.dev",
    )
    .run((file: string, options: RulesPushOptions) => rulesPush(file, options));
}
