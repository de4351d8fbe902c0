/**
 * Cuts a JSON array into the texts of its items while it arrives, without parsing them: an item that is
 * not JSON spoils only itself.
 *
 * @param chunks The text from the opening bracket on, cut anywhere.
 * @param longest The most characters of one item.
 * @returns The items' texts in order.
 * @throws {RangeError} If an item is longer, or the array has no end.
 */
export async function* jsonArrayItems(
  chunks: AsyncIterable<string>,
  longest: number,
): AsyncGenerator<string> {
  let item = "";
  let depth = 0;
  let inString = false;
  let escaped = false;
  let ended = false;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const unit = chunk[at]!;
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
      // A comma with nothing before it is an item that is not JSON; an empty array has no items.
      if (item.trim() !== "" || !over) yield item;
      item = "";
      ended = over;
    }
    item += chunk.slice(from);
    if (item.length > longest) {
      throw new RangeError(`Cannot read events: one is longer than ${longest} characters`);
    }
  }
  if (item.trim() !== "") yield item;
  if (!ended) throw new RangeError("Cannot read events: the JSON array breaks off before its end");
}
