import { DEFAULT_SOURCE } from "../alert/alert_id.ts";
import { foldLine } from "../cli/output/fold_line.ts";
import { paint, printable, say, terminalWidth } from "../cli/output/terminal.ts";

/** Where the text after the time of day begins. */
const INDENT = 10;

/** How many parts of an alert are shown. */
const MAX_PARTS = 10;

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
    say(foldLine(`  ${paint("yellow", "!")} ${what}`, terminalWidth(), 4).join("\n"));
  }

  /**
   * Shows one line with the time of day, and what belongs to it below; until the start is finished,
   * it keeps them back.
   */
  happened(what: string, line: string, below: readonly string[] = []): void {
    const whole = [
      `${paint("dim", timeOfDay(new Date()))}  ${what}  ${line}`,
      ...below.map((each) => " ".repeat(INDENT) + each),
    ].flatMap((each) => foldLine(each, terminalWidth(), INDENT)).join("\n");
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
  const { level, summary, backfilled, source = DEFAULT_SOURCE } = membersOf(alert);
  return [
    ...(source === DEFAULT_SOURCE ? [] : [paint("dim", printable(source, 63))]),
    printable(level ?? "-", 13).padEnd(8),
    printable(summary ?? "alert", 300),
    ...(backfilled === true ? [paint("dim", "(backfilled)")] : []),
  ].join("  ");
}

/**
 * Writes the parts of a correlation's alert, each on a line with the time of its first match, safe
 * for a terminal.
 *
 * @param alert An alert as it came over the network.
 * @returns The lines; none for the alert of a single event.
 */
export function partLines(alert: unknown): string[] {
  const { parts } = membersOf(alert);
  return (Array.isArray(parts) ? parts : []).slice(0, MAX_PARTS).map((part) => {
    const { title, count, firstAt } = membersOf(part);
    const time = timeOfDay(new Date(String(firstAt)));
    const times = Number(count) > 1 ? `, ${Number(count)} times` : "";
    return `- ${paint("dim", time)}  ${printable(title ?? "a rule", 256)}${times}`;
  });
}

function timeOfDay(date: Date): string {
  return Number.isNaN(date.getTime()) ? "--:--:--" : date.toTimeString().slice(0, 8);
}

/** The members of an object as JSON has them; none of anything else. */
function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
