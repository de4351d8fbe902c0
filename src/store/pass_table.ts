import { runsOf, type SeqRun, SeqSet } from "./seq_set.ts";
import type { Sql } from "./sql.ts";

/** What a pass has counted on the pages read so far. */
export interface PassCount {
  /** The rows that stand for events of its pages. */
  readonly taken: SeqSet;
  /** The addresses of its pages. */
  readonly urls: Set<string>;
  /** How many twins of each hash it has held. */
  readonly held: Map<number, number>;
}

/** One page of a pass. */
export interface PassPage {
  /** The pass. */
  readonly pass: number;
  /** The number of the page within it, from 0. */
  readonly page: number;
  /** Its address. */
  readonly url: string;
  /** The rows that stand for its events. */
  readonly seqs: readonly number[];
  /** How many twins of each hash were held. */
  readonly held: ReadonlyMap<number, number>;
}

/**
 * Saves what one page of a pass has counted, as one row, so that the pass can be resumed after it.
 */
export function savePassPage(
  sql: Sql,
  { pass, page, url, seqs, held }: PassPage,
): void {
  sql.run(
    `INSERT OR REPLACE INTO pass_pages (pass, page, url, seqs, held) VALUES (?, ?, ?, ?, ?)`,
    pass,
    page,
    url,
    JSON.stringify(runsOf(seqs)),
    JSON.stringify([...held]),
  );
}

/** Returns the count of a pass before its first page. */
export function emptyCount(): PassCount {
  return { taken: new SeqSet(), urls: new Set(), held: new Map() };
}

/** Reads what a pass has counted. */
export function readPass(sql: Sql, pass: number): PassCount {
  const count = emptyCount();
  const rows = sql.all<{ url: string; seqs: string; held: string }>(
    `SELECT url, seqs, held FROM pass_pages WHERE pass = ? ORDER BY page`,
    pass,
  );
  for (const { url, seqs, held } of rows) {
    addToPass(count, {
      url,
      seqs: JSON.parse(seqs) as SeqRun[],
      held: new Map(JSON.parse(held) as [number, number][]),
    });
  }
  return count;
}

/** Adds one page to the count of a pass. */
export function addToPass(
  count: PassCount,
  page: Pick<PassPage, "url" | "held"> & { readonly seqs: readonly SeqRun[] },
): void {
  count.urls.add(page.url);
  count.taken.add(page.seqs);
  for (const [hash, twins] of page.held) {
    count.held.set(hash, (count.held.get(hash) ?? 0) + twins);
  }
}

/** Forgets the pages of every pass that is not in `kept`. */
export function dropPasses(sql: Sql, kept: readonly number[]): void {
  sql.run(
    `DELETE FROM pass_pages WHERE pass NOT IN (SELECT value FROM json_each(?))`,
    JSON.stringify(kept),
  );
}
