import { paint, printable } from "../cli/output/terminal.ts";

/**
 * One line about an event of the log, safe on a terminal.
 *
 * @param event An event as it came through the stream; its text is hostile.
 */
export function eventLine(event: unknown): string {
  const members = typeof event === "object" && event !== null
    ? event as Record<string, unknown>
    : {};
  const resources = Array.isArray(members["resources"]) ? members["resources"] : [];
  const names = resources.map((resource) => printable(resource?.name ?? "", 40)).join(", ");
  return [
    printable(members["event"] ?? "event", 40).padEnd(26),
    printable(members["user"] ?? "-", 48).padEnd(34),
    paint("dim", printable(members["ipAddress"] ?? "-", 45)),
    ...(names === "" ? [] : [paint("dim", printable(names, 80))]),
  ].join("  ");
}
