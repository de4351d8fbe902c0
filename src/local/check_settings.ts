import { readConfig } from "../worker/config.ts";

/**
 * Checks the settings before a Worker is started that would refuse every request.
 *
 * @param env The Worker's variables and secrets.
 * @throws {Error} If any of them is invalid; the message names all of them, and no values.
 */
export function checkSettings(env: Readonly<Record<string, unknown>>): void {
  const { problems } = readConfig(env);
  if (problems.length === 0) return;
  const lines = problems.map(({ variable, message }) => `  ${variable}: ${message}`);
  throw new Error(
    ["Cannot start: these settings are invalid (see docs/configuration.md)", ...lines].join("\n"),
  );
}
