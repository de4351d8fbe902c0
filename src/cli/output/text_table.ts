import { paint, printable } from "./terminal.ts";

/** One column of a table. */
export interface Column {
  /** Its heading. */
  readonly heading: string;
  /** The maximum width of a cell; longer ones are cut. */
  readonly max: number;
  /** Whether it holds numbers, which stand at the right. */
  readonly isNumeric?: boolean;
}

/**
 * A table for people. Each cell is safe for a terminal, whatever it quotes.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { textTable } from "./text_table.ts";
 *
 * const columns = [{ heading: "events", max: 9, isNumeric: true }, { heading: "text", max: 9 }];
 * assertEquals(textTable(columns, [[12, "Login"], [3, "Token\u001b[2J created"]]), [
 *   "events  text",
 *   "    12  Login",
 *   "     3  Token�[2…",
 * ]);
 * ```
 *
 * @param columns The columns.
 * @param rows The cells of each row.
 * @returns The lines, the headings first.
 */
export function textTable(
  columns: readonly Column[],
  rows: readonly (readonly (string | number)[])[],
): string[] {
  const cells = rows.map((row) =>
    columns.map(({ max }, index) => printable(String(row[index] ?? ""), max))
  );
  const widths = columns.map(({ heading }, index) =>
    Math.max(heading.length, ...cells.map((row) => row[index]?.length ?? 0))
  );
  const line = (row: readonly string[]) =>
    columns.map(({ isNumeric }, index) => {
      const cell = row[index] ?? "";
      const width = widths[index] ?? 0;
      return isNumeric ? cell.padStart(width) : cell.padEnd(width);
    }).join("  ").trimEnd();
  return [paint("bold", line(columns.map(({ heading }) => heading))), ...cells.map(line)];
}
