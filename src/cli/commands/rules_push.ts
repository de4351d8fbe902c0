import { CliCommand } from "../cli_command.ts";
import { onInstance } from "../common_options.ts";
import { EXIT_CODE, type ExitCode, UsageError } from "../exit_code.ts";
import { Instance, type InstanceOptions } from "../input/instance.ts";
import { counted, say } from "../output/terminal.ts";

/**
 * Puts a bundle of rules in force in a running Panoptes, with `PUT /v1/rules`.
 *
 * @param file What `rules build` has written.
 * @param options Where Panoptes runs.
 * @returns The exit code.
 * @throws {UsageError} If the file cannot be read, or the address or the token is unusable.
 * @throws {SourceError} If the service refuses the bundle or cannot be reached.
 */
async function rulesPush(file: string, options: InstanceOptions): Promise<ExitCode> {
  const body = await Deno.readTextFile(file).catch((cause) => {
    throw new UsageError(`Cannot read the bundle '${file}': ${cause.message}`);
  });
  const instance = await Instance.open(options, "put the rules in force");
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
  return onInstance(new CliCommand("push"), "admin")
    .description("put built rules in force in a running Panoptes")
    .argument("<file>", "the output of 'rules build', by the version that runs there")
    .note(
      "If anything is wrong with the rules, those in force stay. DELETE /v1/rules puts the rules " +
        "of the deployment in force again.",
    )
    .example("panoptes rules push rules.json --url https://panoptes.example.com")
    .run((file: string, options: InstanceOptions) => rulesPush(file, options));
}
