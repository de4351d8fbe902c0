/**
 * The words in which the schemas of routes are written.
 *
 * @module
 */
import * as v from "valibot";
import { described } from "../../alert/alert_schema.ts";

export { described };

/** Text. */
export const text = v.string();
/** A whole number from 0. */
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** An ISO 8601 time. */
export const time = v.pipe(v.string(), v.isoTimestamp());
/** Text, or null where there is none. */
export const maybeText = v.nullable(text);
/** A whole number, or null where there is none. */
export const maybeCount = v.nullable(count);
/** A time, or null where there is none. */
export const maybeTime = v.nullable(time);
/** A list of texts. */
export const texts = v.array(text);

/** Where a list goes on: the `before` or `after` of the next request. */
export const nextRow = described(maybeCount, "where the next page begins; null at the end");
