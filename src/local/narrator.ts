import { paint, printable, say } from "../cli/output/terminal.ts";
import { fold, outputWidth } from "./fold.ts";

/** Where the text after the time of day begins. */
const INDENT = 10;

/** Shows what happens: first the steps of the start, then everything else, never mixed. */
export class Narrator {
  #early: string[] | undefined = [];

  /** Shows one finished step of the start. */
  step(name: string, what: string, moved = false): void {
    const remark = moved ? paint("yellow", "  (the usual port is taken)") : "";
    say(`  ${paint("green", "✓")} ${name.padEnd(10)}${what}${remark}`);
  }

  /** Shows one remark on the start that needs attention. */
  remark(what: string): void {
    say(fold(`  ${paint("yellow", "!")} ${what}`, outputWidth(), 4).join("\n"));
  }

  /** Shows one line with the time of day; until the start is finished, it keeps the line back. */
  happened(what: string, line: string): void {
    const time = new Date().toTimeString().slice(0, 8);
    const whole = fold(`${paint("dim", time)}  ${what}  ${line}`, outputWidth(), INDENT).join("\n");
    if (this.#early === undefined) say(whole);
    else this.#early.push(whole);
  }

  /** Ends the start. */
  ready(text: string): void {
    say(text);
    for (const line of this.#early ?? []) say(line);
    this.#early = undefined;
  }
}

/**
 * Writes an event of the log on one line, safe for a terminal.
 *
 * @param event An event as it came over the network; its text is hostile.
 */
export function eventLine(event: unknown): string {
  const { event: type, user, ipAddress, resources } = membersOf(event);
  const names = (Array.isArray(resources) ? resources : [])
    .map((resource) => printable(membersOf(resource)["name"] ?? "", 40)).join(", ");
  return [
    printable(type ?? "event", 40).padEnd(22),
    printable(user ?? "-", 48).padEnd(41),
    paint("dim", printable(ipAddress ?? "-", 45)),
    ...(names === "" ? [] : [paint("dim", printable(names, 80))]),
  ].join("  ");
}

/**
 * Writes the level and the summary of an alert on one line, safe for a terminal, and whether it is
 * about the past.
 *
 * @param alert An alert as it came over the network; event text in it is hostile.
 */
export function alertLine(alert: unknown): string {
  const { level, summary, backfilled } = membersOf(alert);
  return [
    printable(level ?? "-", 13).padEnd(8),
    printable(summary ?? "alert", 300),
    ...(backfilled === true ? [paint("dim", "(backfilled)")] : []),
  ].join("  ");
}

/** The members of an object as JSON has them; none of anything else. */
function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
