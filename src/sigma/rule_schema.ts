/**
 * Rules, correlations and filters as one valibot schema, for editors (`docs/rule.schema.json`).
 *
 * It is made from the tables in `vocabulary.ts` and `modifiers.ts`, which the parser also reads. The
 * engine does not use it: a schema knows no positions, so `parseSigma()` checks documents itself and
 * reports where they are wrong.
 *
 * @module
 */
import * as v from "valibot";
import { MODIFIERS } from "./modifiers.ts";
import { MAX_PANOPTES_LINE, PANOPTES_MEMBERS } from "./panoptes_field.ts";
import { HISTORY_KEYS, HISTORY_MEMBERS } from "./correlation/history.ts";
import { OPERATORS } from "./correlation/thresholds.ts";
import {
  CORRELATION_KEYS,
  CORRELATION_TYPES,
  LOG_SOURCE_KEYS,
  METADATA,
  type MetadataField,
  RELATIONS,
  TAXONOMY,
  type Words,
} from "./vocabulary.ts";

type Text = v.GenericSchema<string>;

/** One of the words, each with the sentence that an editor shows beside it. */
function oneOf(words: Words) {
  return v.union(
    Object.entries(words).map(([word, meaning]) => v.pipe(v.literal(word), v.description(meaning))),
  );
}

/** A list without duplicates; JSON Schema calls it `uniqueItems`. */
function uniqueList<const S extends v.GenericSchema>(item: S) {
  return v.pipe(
    v.array(item),
    v.check((list) => new Set(list).size === list.length, "Duplicate member"),
    v.metadata({ uniqueItems: true }),
  );
}

/** A map with a minimum number of entries. */
function atLeast<const S extends v.GenericSchema<Record<string, unknown>>>(min: number, map: S) {
  return v.pipe(
    map,
    v.check((entries) => Object.keys(entries).length >= min, "Too few entries"),
    v.metadata({ minProperties: min }),
  );
}

function textOf({ min, max, oneOf: words, pattern }: MetadataField): Text {
  if (words) return oneOf(words) as Text;
  let text: Text = v.string();
  if (min !== undefined) text = v.pipe(text, v.minLength(min));
  if (max !== undefined) text = v.pipe(text, v.maxLength(max));
  return pattern ? v.pipe(text, v.regex(pattern.test)) : text;
}

const Related = v.looseObject({
  id: v.pipe(v.string(), v.description("Id of the other rule")),
  type: oneOf(RELATIONS),
});

function fieldOf(field: MetadataField): v.GenericSchema {
  if (field.type === "related") return v.array(Related);
  const text = textOf(field);
  if (field.type === "text") return text;
  return field.single ? v.union([text, uniqueList(text)]) : uniqueList(text);
}

/** The metadata fields of a kind of document; only the title is required. */
function metadataOf(kind: "rule" | "filter"): v.ObjectEntries {
  const entries: v.ObjectEntries = {};
  for (const [name, field] of METADATA) {
    if (field.only !== undefined && field.only !== kind) continue;
    const schema = name === "taxonomy" ? v.literal(TAXONOMY) : fieldOf(field);
    const described = v.pipe(schema, v.description(field.meaning));
    entries[name] = name === "title" ? described : v.optional(described);
  }
  return entries;
}

const LogSource = v.pipe(
  v.objectWithRest(
    Object.fromEntries(
      Object.entries(LOG_SOURCE_KEYS).map(([key, meaning]) => [
        key,
        v.optional(v.pipe(v.string(), v.description(meaning))),
      ]),
    ),
    v.string(),
  ),
  v.check(
    (source) => Object.keys(source).some((key) => key !== "definition"),
    "No key that says where events come from",
  ),
  v.metadata({ not: { propertyNames: { const: "definition" } } }),
);

const Scalar = v.union([v.string(), v.number(), v.boolean()]);

/** Fields with their modifiers, each with what it must hold. */
export const Items: v.GenericSchema<Record<string, unknown>> = v.record(
  v.pipe(
    v.string(),
    v.regex(new RegExp(`^[^|]*(\\|(${[...MODIFIERS.keys()].join("|")}))*$`)),
    v.description("A field name, then modifiers, each after a bar"),
  ),
  v.union([
    Scalar,
    v.null(),
    v.pipe(v.array(v.unknown()), v.minLength(1)),
    atLeast(1, v.looseObject({})),
  ]),
);

const ItemMap = atLeast(1, Items);

const SearchIdentifier = v.pipe(
  v.union([
    ItemMap,
    v.pipe(v.array(v.union([Scalar, v.null(), ItemMap])), v.minLength(1)),
    Scalar,
  ]),
  v.description("A map of fields (all must match), or a list (one must match)"),
);

const Condition = v.pipe(
  v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1))]),
  v.description("How the search identifiers combine: and, or, not, 1 of …, all of …, brackets"),
);

/** Search identifiers and their condition, with the other keys that a kind of document requires. */
function detection(others: v.ObjectEntries) {
  return atLeast(
    2 + Object.keys(others).length,
    v.objectWithRest(
      {
        ...others,
        condition: Condition,
        timeframe: v.optional(
          v.pipe(v.never(), v.description("Not part of Sigma 2: use a correlation rule")),
        ),
      },
      SearchIdentifier,
    ),
  );
}

const Event = v.pipe(v.looseObject({}), v.description("An event, as the log has it"));

const OwnLists = v.optional(
  v.pipe(
    v.record(v.string(), v.array(v.string())),
    v.description("Value lists for this case alone"),
  ),
);

const TestName = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(256),
  v.description("What the case shows"),
);

const Test = v.pipe(
  v.looseObject({
    name: TestName,
    match: v.pipe(
      v.union([v.boolean(), v.pipe(v.number(), v.integer(), v.minValue(0))]),
      v.description("Whether the rule must match every event, or how many of them"),
    ),
    event: v.optional(Event),
    events: v.optional(v.pipe(v.array(Event), v.minLength(1))),
    logsource: v.optional(v.record(v.string(), v.string())),
    placeholders: OwnLists,
  }),
  v.check(
    (test) => (test.event === undefined) !== (test.events === undefined),
    "Either event or events",
  ),
  v.metadata({ oneOf: [{ required: ["event"] }, { required: ["events"] }] }),
);

const Duration = v.pipe(v.string(), v.regex(/^\d{1,9}[smhdwMy]$/));

const FieldName = v.pipe(v.string(), v.minLength(1));

const suppress = v.optional(
  v.pipe(
    v.union([
      v.literal(false),
      v.strictObject({
        by: v.optional(
          v.pipe(
            v.union([FieldName, v.pipe(v.array(FieldName), v.maxLength(10))]),
            v.description("The fields whose values make a group; the user, or group-by"),
          ),
        ),
        for: v.pipe(Duration, v.description("How long after the first alert of a group")),
      }),
    ]),
    v.description("Holds back repeats of an alert; false lets every alert notify"),
  ),
);

const panoptesLines = Object.fromEntries(
  Object.entries(PANOPTES_MEMBERS).map(([name, meaning]) => [
    name,
    v.optional(
      v.pipe(
        v.string(),
        v.minLength(1),
        v.maxLength(MAX_PANOPTES_LINE),
        v.description(meaning),
      ),
    ),
  ]),
);

const Panoptes = v.pipe(
  v.looseObject({ ...panoptesLines, suppress }),
  v.description("What Panoptes adds to Sigma: how alerts read"),
);

const NameList = v.union([
  v.pipe(v.string(), v.minLength(1)),
  v.pipe(v.array(v.pipe(v.string(), v.minLength(1))), v.minLength(1), v.maxLength(100)),
]);

const Prefix = (max: number) =>
  v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(max)));

/** A member of `panoptes` that looks back, each key with its sentence. */
function historyMember(name: keyof typeof HISTORY_MEMBERS, schemas: v.ObjectEntries) {
  const meanings: Words = HISTORY_KEYS[name];
  const keys = Object.entries(schemas).map(([key, schema]) => [
    key,
    v.pipe(schema, v.description(meanings[key] ?? "")),
  ]);
  return v.pipe(v.strictObject(Object.fromEntries(keys)), v.description(HISTORY_MEMBERS[name]));
}

const RulePanoptes = v.pipe(
  v.looseObject({
    ...panoptesLines,
    suppress,
    new_value: v.optional(historyMember("new_value", {
      field: v.pipe(v.string(), v.minLength(1)),
      "group-by": v.optional(NameList),
      learn: v.optional(Duration),
      network: v.optional(
        v.union([v.boolean(), v.strictObject({ ipv4: Prefix(32), ipv6: Prefix(128) })]),
      ),
    })),
    absence: v.optional(historyMember("absence", {
      for: Duration,
      "group-by": v.optional(NameList),
    })),
  }),
  v.check(
    ({ new_value, absence }) => new_value === undefined || absence === undefined,
    "Either new_value or absence",
  ),
  v.metadata({ not: { required: ["new_value", "absence"] } }),
  v.description("What Panoptes adds to Sigma: how alerts read, and how the rule looks back"),
);

const Thresholds = v.pipe(
  v.strictObject({
    ...Object.fromEntries(
      Object.entries(OPERATORS).map(([operator, meaning]) => [
        operator,
        v.optional(v.pipe(v.number(), v.description(meaning))),
      ]),
    ),
    field: v.optional(
      v.pipe(NameList, v.description("The field whose values are looked at; several are a tuple")),
    ),
    percentile: v.optional(
      v.pipe(v.number(), v.minValue(0), v.maxValue(100), v.description("Which percentile; 50")),
    ),
  }),
  v.check(
    (condition) => Object.keys(condition).some((key) => Object.hasOwn(OPERATORS, key)),
    "No bound",
  ),
  v.metadata({ anyOf: Object.keys(OPERATORS).map((key) => ({ required: [key] })) }),
);

const correlationKeys: Record<keyof typeof CORRELATION_KEYS, v.GenericSchema> = {
  type: oneOf(CORRELATION_TYPES),
  rules: v.optional(NameList),
  "group-by": v.optional(v.nullable(v.union([v.string(), v.array(v.string())]))),
  timespan: v.pipe(v.string(), v.regex(/^0*[1-9]\d{0,8}[smhdwMy]$/)),
  condition: v.optional(v.union([Thresholds, v.pipe(v.string(), v.minLength(1))])),
  aliases: v.optional(
    v.nullable(v.record(v.string(), atLeast(1, v.record(v.string(), v.string())))),
  ),
  generate: v.optional(v.boolean()),
};

const CorrelationSection = v.strictObject(
  Object.fromEntries(
    Object.entries(correlationKeys).map(([key, schema]) => [
      key,
      v.pipe(schema, v.description(CORRELATION_KEYS[key as keyof typeof CORRELATION_KEYS])),
    ]),
  ),
);

const TimedEvent = v.pipe(
  v.strictObject({
    at: v.pipe(Duration, v.description("When it happens, counted from the start of the test")),
    event: Event,
    repeat: v.optional(
      v.pipe(
        v.number(),
        v.integer(),
        v.minValue(1),
        v.maxValue(10_000),
        v.description("How many such events there are; 1"),
      ),
    ),
    every: v.optional(v.pipe(Duration, v.description("The time between repeated events; 1s"))),
    logsource: v.optional(v.record(v.string(), v.string())),
  }),
  v.description("An event at a time"),
);

const TimedTest = v.strictObject({
  name: TestName,
  match: v.pipe(
    v.union([v.boolean(), v.pipe(v.number(), v.integer(), v.minValue(0))]),
    v.description("Whether there must be a result, or how many"),
  ),
  events: v.pipe(v.array(TimedEvent), v.minLength(1)),
  until: v.optional(
    v.pipe(Duration, v.description("Up to when everything is known; by default, for ever")),
  ),
  placeholders: OwnLists,
});

const Correlation = v.pipe(
  v.looseObject({
    ...metadataOf("rule"),
    generate: v.optional(v.boolean()),
    correlation: v.pipe(
      CorrelationSection,
      v.description("Which rules, grouped by what, within what time, under what condition"),
    ),
    panoptes: v.optional(Panoptes),
    tests: v.optional(
      v.pipe(v.array(TimedTest), v.description("Cases that the correlation must satisfy")),
    ),
  }),
  v.title("Sigma correlation"),
);

const Rule = v.pipe(
  v.looseObject({
    ...metadataOf("rule"),
    logsource: LogSource,
    detection: v.pipe(
      detection({}),
      v.description("Named search identifiers and the condition over them"),
    ),
    tests: v.optional(
      v.pipe(
        v.array(v.union([Test, TimedTest])),
        v.description("Cases that the rule must satisfy; timed ones if it looks back"),
      ),
    ),
    panoptes: v.optional(RulePanoptes),
  }),
  v.title("Sigma rule"),
);

const Filter = v.pipe(
  v.looseObject({
    ...metadataOf("filter"),
    logsource: LogSource,
    filter: v.pipe(
      detection({
        rules: v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1))]),
      }),
      v.description("The rules it narrows, its search identifiers and their condition"),
    ),
  }),
  v.title("Sigma filter"),
);

/**
 * What a rule file may hold: a Sigma rule, correlation or filter, custom fields kept.
 *
 * It refuses what the parser refuses or warns about, except inside conditions and values, which a
 * schema cannot check.
 *
 * @see Sigma specification 2.1.0, `json-schema/`
 */
export const RuleSchema: v.GenericSchema = v.union([Rule, Correlation, Filter]);
