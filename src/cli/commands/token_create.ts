import { Option } from "commander";
import * as v from "valibot";
import { ApiTokenSchema, SCOPES } from "../../http/access/api_tokens.ts";
import { jsonText } from "../../stream/json_text.ts";
import { CliCommand } from "../cli_command.ts";
import { repeated } from "../common_options.ts";
import { EXIT_CODE, type ExitCode, UsageError } from "../exit_code.ts";
import { timeOf } from "../input/option_values.ts";
import { paint, say } from "../output/terminal.ts";

/** A token for the HTTP interface, and the hash that is configured. */
export interface NewApiToken {
  /** The token itself; it is kept nowhere else. */
  readonly token: string;
  /** Its SHA-256, in hexadecimal digits. */
  readonly sha256: string;
}

/** Options of `panoptes token create`. */
interface TokenCreateOptions {
  readonly name: string;
  readonly scope?: readonly string[];
  readonly source?: readonly string[];
  readonly expires?: string;
  readonly json?: boolean;
}

/** Makes a token of 32 random bytes. */
export async function newApiToken(): Promise<NewApiToken> {
  const random = crypto.getRandomValues(new Uint8Array(32));
  const token = `pan_${random.toBase64({ alphabet: "base64url", omitPadding: true })}`;
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
  return { token, sha256: new Uint8Array(hash).toHex() };
}

/**
 * Makes a token, and the entry of `API_TOKENS` that makes Panoptes accept it. It asks nobody.
 *
 * @param options Whose token it is, and what it may do.
 * @returns The exit code.
 * @throws {UsageError} If the entry would be refused.
 */
export async function tokenCreate(
  { name, scope = ["read"], source, expires, json = false }: TokenCreateOptions,
): Promise<ExitCode> {
  const { token, sha256 } = await newApiToken();
  const entry = {
    name,
    sha256,
    scopes: scope,
    ...(source !== undefined && { sources: source }),
    ...(expires !== undefined && { expires: timeOf(expires, Date.now(), "ahead") }),
  };
  const read = v.safeParse(ApiTokenSchema, entry);
  if (!read.success) {
    const problems = read.issues.map((issue) => `${v.getDotPath(issue) ?? ""} ${issue.message}`);
    throw new UsageError(`Cannot make such a token: ${problems.join("; ")}`);
  }
  if ((read.output.expires ?? Infinity) <= Date.now()) {
    throw new UsageError(`Cannot make such a token: --expires is in the past (${expires})`);
  }
  if (json) {
    say(jsonText({ token, entry }));
    return EXIT_CODE.ok;
  }
  say(`Token    ${paint("bold", token)}`);
  say(`SHA-256  ${sha256}`);
  say("\nThe token is shown only once: store it where its client reads it. Add this to the list");
  say("in the setting API_TOKENS:\n");
  say(`  ${jsonText(entry)}`);
  return EXIT_CODE.ok;
}

/** `panoptes token create`. */
export function tokenCreateCommand(): CliCommand {
  return new CliCommand("create")
    .description("make a token for the HTTP interface, and the entry of API_TOKENS for it")
    .requiredOption("--name <name>", "who holds it; shown in logs and in the status")
    .addOption(
      new Option("--scope <scope>", "what it may do; repeatable; by default read").choices(SCOPES)
        .argParser(repeated),
    )
    .addOption(
      new Option("--source <name>", "a source that it may see; repeatable; by default all")
        .argParser(repeated),
    )
    .option("--expires <time>", "when it ends: ISO 8601, or how long from now, such as 90d")
    .option("--json", "write the token and the entry as JSON")
    .note("It runs without any connection; Panoptes keeps only the hash.")
    .example('panoptes token create --name "grafana" --scope read --expires 365d')
    .example("panoptes token create --name siem --scope read:alerts --source emea --json")
    .run((options: TokenCreateOptions) => tokenCreate(options));
}
