import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import * as v from "valibot";
import { checkUserEvents } from "../../src/thousandeyes/page/check_user_events.ts";
import { fastGuard } from "../../src/thousandeyes/event/fast_guard.ts";
import { tolerantObject } from "../../src/thousandeyes/event/schema.ts";
import { UserEventSchema } from "../../src/thousandeyes/event/user_event.ts";

/** As a body would carry it: what `JSON.parse()` makes of it, an own `__proto__` included. */
const json = (value: fc.Arbitrary<unknown>) => value.map((any) => JSON.parse(JSON.stringify(any)));

const scalar = fc.oneof(
  { weight: 5, arbitrary: fc.string() },
  fc.constant(null),
  fc.boolean(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constant([]),
  fc.constant({}),
);
const hostileName = fc.constantFrom("__proto__", "constructor", "prototype", "toString", "");

/** An object with members that a schema may know, sometimes of the right type, and others. */
function objectOf(names: readonly string[], member: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  const name = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom(...names) },
    { weight: 1, arbitrary: hostileName },
    { weight: 1, arbitrary: fc.string() },
  );
  return fc.array(fc.tuple(name, member), { maxLength: 9 }).map((members) =>
    JSON.parse(
      `{${
        members.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(",")
      }}`,
    )
  );
}

const resource = objectOf(["type", "name"], scalar);
const userEvent = objectOf(
  ["aid", "accountGroupName", "date", "event", "ipAddress", "uid", "user", "resources"],
  fc.oneof({ weight: 3, arbitrary: scalar }, fc.array(resource, { maxLength: 3 })),
);
const plainUserEvent = fc.record({
  aid: fc.string(),
  date: fc.string(),
  event: fc.string(),
  severity: scalar,
  resources: fc.array(fc.record({ type: fc.string(), name: fc.string() }, { requiredKeys: [] })),
}, { requiredKeys: [] });

Deno.test("fastGuard() of UserEventSchema says yes only to what valibot leaves as it is", () => {
  const guard = fastGuard(UserEventSchema);
  let yes = 0;
  fc.assert(
    fc.property(json(fc.oneof(userEvent, scalar, plainUserEvent)), (value) => {
      if (!guard(value)) return;
      yes++;
      const result = v.safeParse(UserEventSchema, value);
      assertEquals(result.issues, undefined);
      assertEquals(result.output, value);
      assertEquals(
        Object.keys(result.output as object).sort(),
        Object.keys(value as object).sort(),
      );
    }),
    { numRuns: 2_000 },
  );
  assert(yes > 200, `The guard said yes ${yes} times only`);
});

Deno.test("fastGuard() of UserEventSchema says yes to plain events, or it would not be fast", () => {
  const guard = fastGuard(UserEventSchema);
  fc.assert(fc.property(json(plainUserEvent), (value) => guard(value)));
});

Deno.test("checkUserEvents() has valibot's verdicts, outputs and issues", () => {
  fc.assert(
    fc.property(json(fc.array(fc.oneof(userEvent, scalar), { maxLength: 5 })), (list) => {
      const values = list as unknown[];
      const results = values.map((value) => v.safeParse(UserEventSchema, value));
      const { events, invalid } = checkUserEvents(values);
      assertEquals(events, results.filter((result) => result.success).map(({ output }) => output));
      assertEquals(
        invalid.map(({ value, issues }) => [value, issues.length]),
        results.flatMap((result, index) =>
          result.success ? [] : [[values[index], result.issues.length]]
        ),
      );
    }),
    { numRuns: 1_000 },
  );
});

/** Schemas of every kind, those that the walk does not know included. */
const schemas = fc.letrec<{ schema: v.GenericSchema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom<v.GenericSchema>(
      v.string(),
      v.number(),
      v.boolean(),
      v.unknown(),
      v.null(),
      v.literal("a"),
      v.pipe(v.string(), v.minLength(1)),
      v.pipe(v.string(), v.transform((text) => text.length)),
      v.pipe(v.string(), v.trim()),
      v.pipe(v.string(), v.check((text) => text !== "")),
      v.fallback(v.string(), "fallback"),
      v.custom<string>((value) => value === null),
    ),
    tie("schema").map((inner) => v.nullish(inner)),
    tie("schema").map((inner) => v.nullish(inner, "default")),
    tie("schema").map((inner) => v.optional(inner)),
    tie("schema").map((inner) => v.optional(inner, "default")),
    tie("schema").map((inner) => v.exactOptional(inner)),
    tie("schema").map((inner) => v.array(inner)),
    tie("schema").map((inner) => v.pipe(inner, v.check((value) => value !== null))),
    tie("schema").map((inner) => v.pipe(inner, v.unknown())),
    fc.array(tie("schema"), { minLength: 1, maxLength: 3 }).map((options) => v.union(options)),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("schema")).map((entries) =>
      v.looseObject(entries)
    ),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("schema")).map((entries) =>
      v.object(entries)
    ),
    fc.dictionary(fc.constantFrom("a", "b", "c"), tie("schema")).map((entries) =>
      tolerantObject(entries)
    ),
  ),
}));
const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    scalar,
    objectOf(["a", "b", "c"], tie("value")),
    fc.array(tie("value"), { maxLength: 3 }),
  ),
})).value;

Deno.test("fastGuard() of any schema says yes only to what valibot leaves as it is", () => {
  fc.assert(
    fc.property(schemas.schema, fc.array(json(anyValue), { maxLength: 10 }), (schema, values) => {
      const guard = fastGuard(schema);
      for (const value of values) {
        if (!guard(value)) continue;
        const result = v.safeParse(schema, structuredClone(value));
        assertEquals(result.issues, undefined);
        assertEquals(result.output, value);
      }
    }),
    { numRuns: 2_000 },
  );
});
