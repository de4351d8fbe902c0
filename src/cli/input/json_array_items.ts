/**
 * Splits a JSON array into the texts of its items while it arrives, without parsing them: invalid
 * JSON in one item affects no other.
 *
 * @param chunks The text from the opening bracket on, in pieces of any length.
 * @param maxLength The maximum characters of one item.
 * @returns The text of each item in order.
 * @throws {RangeError} If an item is longer, or the array is incomplete.
 */
export async function* jsonArrayItems(
  chunks: AsyncIterable<string>,
  maxLength: number,
): AsyncGenerator<string> {
  let item = "";
  let depth = 0;
  let inString = false;
  let escaped = false;
  let ended = false;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const unit = chunk.charAt(at);
      if (inString) {
        if (escaped) escaped = false;
        else if (unit === "\\") escaped = true;
        else if (unit === '"') inString = false;
        continue;
      }
      if (unit === '"') inString = true;
      else if (unit === "{" || unit === "[") {
        if (depth++ === 0 && !ended) from = at + 1;
      } else if (unit === "}" || unit === "]") depth--;
      const over = depth === 0 && unit === "]";
      if (!(over || (unit === "," && depth === 1)) || ended) continue;
      item += chunk.slice(from, at);
      from = at + 1;
      // A comma with nothing before it is an invalid item; an empty array has no items.
      if (item.trim() !== "" || !over) yield item;
      item = "";
      ended = over;
    }
    item += chunk.slice(from);
    if (item.length > maxLength) {
      throw new RangeError(`Cannot read events: one is longer than ${maxLength} characters`);
    }
  }
  if (item.trim() !== "") yield item;
  if (!ended) throw new RangeError("Cannot read events: the JSON array is incomplete");
}
