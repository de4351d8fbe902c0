import { paint, printable } from "../cli/output/terminal.ts";

/**
 * Level, rule and person of an alert in one line, safe on a terminal.
 *
 * @param alert An alert as it came over the network; event text in it is hostile.
 */
export function alertLine(alert: unknown): string {
  const title = printable(memberOf(alert, "title") ?? "alert", 80);
  const user = memberOf(memberOf(alert, "event"), "user");
  return [
    printable(memberOf(alert, "level") ?? "-", 13).padEnd(8),
    title.padEnd(50),
    ...(user === undefined ? [] : [paint("dim", printable(user, 60))]),
  ].join("  ");
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
