import { jsonText } from "../stream/json_text.ts";

/**
 * Writes one line of JSON to the Worker's log. Errors contain addresses and codes, never tokens.
 *
 * @param what What happened, always in the same words.
 * @param facts What else is known: an error, or plain members.
 */
export function report(what: string, facts: unknown): void {
  const members = facts instanceof Error
    ? { error: facts.name, message: facts.message, stack: facts.stack, cause: causeOf(facts) }
    : facts;
  // deno-lint-ignore no-console -- the log of a Worker is its console
  console.error(jsonText({ what, ...members as object }));
}

/**
 * Writes one line of JSON to the Worker's log about what is as it should be.
 *
 * @param what What happened, always in the same words.
 * @param facts What else is known; no secret, and no address.
 */
export function inform(what: string, facts: object): void {
  // deno-lint-ignore no-console -- the log of a Worker is its console
  console.log(jsonText({ what, ...facts }));
}

function causeOf({ cause }: Error): string | undefined {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : undefined;
}
