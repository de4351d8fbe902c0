import { jsonText } from "../../stream/json_text.ts";
import { CliCommand } from "../cli_command.ts";
import { onInstance } from "../common_options.ts";
import { EXIT_CODE, type ExitCode, UsageError } from "../exit_code.ts";
import { apiSettings } from "../input/api_past.ts";
import type { InstanceOptions } from "../input/instance.ts";
import { findingLines } from "../output/finding.ts";
import { say } from "../output/terminal.ts";
import { checkInstance } from "./check_instance.ts";
import { checkThousandEyes } from "./check_thousand_eyes.ts";

/** Options of `panoptes doctor`. */
interface DoctorOptions extends Partial<InstanceOptions> {
  readonly testEndpoints?: boolean;
  readonly json?: boolean;
}

/**
 * Checks what Panoptes depends on, and says what to mend.
 *
 * @param options The running Panoptes to check, if any; TE_TOKEN is checked if it is set.
 * @returns The exit code: findings if a check failed.
 * @throws {UsageError} If there is nothing to check.
 */
export async function doctor(options: DoctorOptions): Promise<ExitCode> {
  const { url, source, tokenFile, testEndpoints = false, json = false } = options;
  const checksApi = Deno.env.get("TE_TOKEN") !== undefined;
  if (url === undefined && !checksApi) {
    throw new UsageError(
      "Nothing to check: set TE_TOKEN to check ThousandEyes, and PANOPTES_URL to check a Panoptes",
    );
  }
  const findings = [
    ...(checksApi ? await checkThousandEyes(apiSettings("check ThousandEyes"), Date.now()) : []),
    ...(url === undefined ? [] : await checkInstance({ url, source, tokenFile }, testEndpoints)),
  ];
  for (const finding of findings) {
    if (json) say(jsonText(finding));
    else for (const line of findingLines(finding)) say(line);
  }
  return findings.some(({ result }) => result === "fail") ? EXIT_CODE.findings : EXIT_CODE.ok;
}

/** `panoptes doctor`. */
export function doctorCommand(): CliCommand {
  return onInstance(new CliCommand("doctor"), "read", false)
    .description(
      "check the token, its permissions, the clock, the rate limit and a running Panoptes: its " +
        "health, endpoints and plan",
    )
    .option("--test-endpoints", "send a sample alert to each endpoint; needs the scope admin")
    .option("--json", "write each finding as JSON, one on each line")
    .note(
      "It checks ThousandEyes if TE_TOKEN is set (with TE_AID and TE_BASE_URL), and a running " +
        "Panoptes if PANOPTES_URL or --url is. Each line is ok, warn or fail, with what to mend; " +
        "the exit code is 1 if one is fail. It reads one page of the activity log, and changes " +
        "nothing.",
    )
    .example("TE_TOKEN=… panoptes doctor", "before the first start")
    .example("panoptes doctor --url https://panoptes.example.com", "why is it not green?")
    .example("panoptes doctor --json | jq 'select(.result == \"fail\")'")
    .run((options: DoctorOptions) => doctor(options));
}
