import { address, setFilters } from "../address.ts";

/**
 * Searches in what a view shows, letter by letter; what is typed is in the address.
 *
 * @param props `placeholder`: what can be found.
 * @returns The element.
 */
export function SearchField({ placeholder }: { placeholder: string }) {
  return (
    <label>
      Search
      <input
        type="search"
        value={address.value.filters.q ?? ""}
        placeholder={placeholder}
        onInput={(event) => setFilters({ q: event.currentTarget.value })}
      />
    </label>
  );
}

/**
 * Whether a text has every word of the search.
 *
 * @param q What was typed; letter case does not count.
 * @returns The test; undefined if nothing is searched for.
 */
export function searchOf(q: string): ((text: string) => boolean) | undefined {
  const words = q.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return undefined;
  return (text) => {
    const lower = text.toLowerCase();
    return words.every((word) => lower.includes(word));
  };
}
