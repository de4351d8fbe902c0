import { foldLine } from "./fold_line.ts";
import { paint, printable, type Style, terminalWidth } from "./terminal.ts";

/** What a check of `doctor` has found. */
export interface Finding {
  /** Whether all is well. */
  readonly result: keyof typeof STYLES;
  /** What was checked, in a word or two. */
  readonly check: string;
  /** What was found. */
  readonly says: string;
  /** What to do; absent if all is well. */
  readonly mend?: string;
}

const STYLES = { ok: "green", warn: "yellow", fail: "red" } as const satisfies Record<
  string,
  Style
>;

/** Columns before what was found: the result, and the check. */
const CHECK_WIDTH = 16;
const INDENT = 6 + CHECK_WIDTH;

/** Makes a finding. */
export function found(
  result: Finding["result"],
  check: string,
  says: string,
  mend?: string,
): Finding {
  return { result, check, says, ...(mend !== undefined && { mend }) };
}

/**
 * Writes a finding for people, folded to the terminal.
 *
 * @param finding The finding; its texts may be hostile.
 * @returns The lines.
 */
export function findingLines({ result, check, says, mend }: Finding): string[] {
  const head = `${paint(STYLES[result], result.padEnd(4))}  ${check.padEnd(CHECK_WIDTH - 2)}  `;
  const width = terminalWidth();
  return [
    ...foldLine(head + printable(says, 500), width, INDENT),
    ...(mend === undefined
      ? []
      : foldLine(`${" ".repeat(INDENT)}${printable(mend, 500)}`, width, INDENT)),
  ];
}
