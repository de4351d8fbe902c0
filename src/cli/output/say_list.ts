import { jsonText } from "../../stream/json_text.ts";
import { say } from "./terminal.ts";
import { type Column, textTable } from "./text_table.ts";

/** How a list is written. */
export interface ListForm<Item> {
  /** For people, or for programs. */
  readonly format: "text" | "json";
  /** The columns of the table. */
  readonly columns: readonly Column[];
  /** The cells of an item, in the order of the columns. */
  cellsOf(item: Item): readonly (string | number)[];
}

/**
 * Writes a list to standard output: as one table, or each item as JSON on its line as it arrives.
 *
 * @typeParam Item What is listed.
 * @param items The items.
 * @param form How they are written.
 */
export async function sayList<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  { format, columns, cellsOf }: ListForm<Item>,
): Promise<void> {
  const rows: (readonly (string | number)[])[] = [];
  for await (const item of items) {
    if (format === "json") say(jsonText(item));
    else rows.push(cellsOf(item));
  }
  if (format === "json") return;
  for (const line of textTable(columns, rows)) say(line);
}
