import type { GenericSchema } from "valibot";

/**
 * Valibot's name for such a schema. It stands here so that the documentation of Panoptes need not hold
 * every type of valibot.
 *
 * @internal
 */
export type ValibotSchema<Output> = GenericSchema<unknown, Output>;

/**
 * A valibot schema that takes anything and puts out an `Output`: pass it to valibot's `parse()`,
 * `safeParse()` or `is()`, or use it as a Standard Schema.
 *
 * @typeParam Output What a valid input becomes.
 */
export type Schema<Output> = ValibotSchema<Output>;
