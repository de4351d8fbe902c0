import { columnsOf, foldLine } from "./fold_line.ts";
import { paint, printable, terminalWidth } from "./terminal.ts";

/** One column of a table. */
export interface Column {
  /** Its heading. */
  readonly heading: string;
  /** The maximum length of a cell; longer ones are cut. */
  readonly max: number;
  /** Whether it holds numbers, which stand at the right. */
  readonly isNumeric?: boolean;
}

/** A column of words is not folded below this width: no word would be left whole. */
const MIN_WIDTH = 8;
const GAP = 2;

/**
 * A table for people. Each cell is safe for a terminal, whatever it quotes. Where the table is wider
 * than the terminal, the cells of its widest columns fold.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { textTable } from "./text_table.ts";
 *
 * const columns = [{ heading: "events", max: 9, isNumeric: true }, { heading: "text", max: 30 }];
 * const rows = [[12, "Login"], [3, "API token\u001b[2J created"]];
 * assertEquals(textTable(columns, rows, 18), [
 *   "events  text",
 *   "    12  Login",
 *   "     3  API",
 *   "        token�[2J",
 *   "        created",
 * ]);
 * ```
 *
 * @param columns The columns.
 * @param rows The cells of each row.
 * @param width The width of the terminal; undefined folds nothing.
 * @returns The lines, the headings first.
 */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly (string | number)[])[],
  width: number | undefined = terminalWidth(),
): string[] {
  const cells = rows.map((row) =>
    columns.map(({ max }, index) => printable(String(row[index] ?? ""), max))
  );
  const widths = columns.map(({ heading }, index) =>
    Math.max(heading.length, ...cells.map((row) => columnsOf(row[index] ?? "")))
  );
  if (width !== undefined) narrow(widths, columns, width);
  const lines = (row: readonly string[]) => {
    const folded = row.map((cell, index) => foldLine(cell, widths[index]));
    const height = Math.max(...folded.map(({ length }) => length));
    return Array.from({ length: height }, (_, line) =>
      columns.map(({ isNumeric }, index) => {
        const cell = folded[index]?.[line] ?? "";
        const rest = " ".repeat(Math.max(0, (widths[index] ?? 0) - columnsOf(cell)));
        return isNumeric ? rest + cell : cell + rest;
      }).join(" ".repeat(GAP)).trimEnd());
  };
  const heading = lines(columns.map(({ heading }) => heading));
  return [...heading.map((line) => paint("bold", line)), ...cells.flatMap(lines)];
}

/** Makes the widest columns of words narrower, a column at a time, until the table fits. */
function narrow(widths: number[], columns: readonly Column[], width: number): void {
  const total = () => widths.reduce((sum, each) => sum + each + GAP, -GAP);
  while (total() > width) {
    const widest = Math.max(
      ...widths.map((each, index) => columns[index]?.isNumeric ? 0 : each),
    );
    if (widest <= MIN_WIDTH) return;
    const index = widths.findIndex((each, index) => each === widest && !columns[index]?.isNumeric);
    widths[index] = widest - 1;
  }
}
