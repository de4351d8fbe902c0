import { paint, say } from "../cli/output/terminal.ts";

/** Tells what goes on: first the steps of the start, then what happens, and never the one among the other. */
export class Narrator {
  #early: string[] | undefined = [];

  /** One finished step of the start. */
  step(name: string, what: string, moved = false): void {
    const note = moved ? paint("yellow", "  (the usual port is taken)") : "";
    say(`  ${paint("green", "✓")} ${name.padEnd(10)}${what}${note}`);
  }

  /** One line of what happens, with the time of day; kept back until the start is told. */
  happened(what: string, line: string): void {
    const time = new Date().toTimeString().slice(0, 8);
    const whole = `${paint("dim", time)}  ${what}  ${line}`;
    if (this.#early === undefined) say(whole);
    else this.#early.push(whole);
  }

  /** The start is over. */
  ready(text: string): void {
    say(text);
    for (const line of this.#early ?? []) say(line);
    this.#early = undefined;
  }
}
