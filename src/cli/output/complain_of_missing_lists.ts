import { complain } from "./complain.ts";
import { counted } from "./counted.ts";
import type { Refused } from "../input/refusals.ts";

/**
 * Says how to give the lists that rules wait for, if any does.
 *
 * @param refused What cannot be loaded.
 * @returns How many of them wait for nothing but lists.
 */
export function complainOfMissingLists(refused: readonly Refused[]): number {
  const waiting = refused.filter(({ needsPlaceholders }) => needsPlaceholders).length;
  if (waiting > 0) {
    complain(
      `${
        counted(waiting, "rule")
      } waiting for lists: give them with --placeholders FILE, as "name: [value, …]"`,
    );
  }
  return waiting;
}
