import { readConfig } from "../worker/config.ts";

/**
 * Says what is wrong with the settings before a Worker is started that would refuse every request.
 *
 * @param env The Worker's variables and secrets.
 * @throws {Error} If any of them is not right; names them all, and none of their values.
 */
export function checkSettings(env: Readonly<Record<string, unknown>>): void {
  const { problems } = readConfig(env);
  if (problems.length === 0) return;
  const lines = problems.map(({ variable, message }) => `  ${variable}: ${message}`);
  throw new Error(
    ["Cannot start: put these settings right (docs/configuration.md)", ...lines].join("\n"),
  );
}
