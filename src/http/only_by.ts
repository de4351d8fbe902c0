import { problem } from "./problem.ts";

/**
 * Answers a request whose method the resource does not take.
 *
 * @param methods Those that it takes, such as `GET, HEAD`.
 */
export function onlyBy(methods: string): Response {
  return problem("method_not_allowed", { headers: { Allow: methods } });
}
