/**
 * The facts of the specification's JSON schemas for rules and filters, as one valibot schema.
 *
 * Editors get it as `docs/rule.schema.json`. The engine does not need it to load a rule: it has no
 * positions, so `parseSigma()` checks the same facts itself and says where.
 *
 * @module
 */
import * as v from "valibot";
import { MODIFIERS } from "./modifiers.ts";

/** One allowed word with the sentence an editor shows beside it. */
function word<const T extends string>(name: T, meaning: string) {
  return v.pipe(v.literal(name), v.description(meaning));
}

/** A list without repeated members; JSON Schema calls it `uniqueItems`. */
function uniqueList<const S extends v.GenericSchema>(item: S) {
  return v.pipe(
    v.array(item),
    v.check((list) => new Set(list).size === list.length, "Repeated member"),
    v.metadata({ uniqueItems: true }),
  );
}

function text(maxLength: number, meaning: string) {
  return v.pipe(v.string(), v.minLength(1), v.maxLength(maxLength), v.description(meaning));
}

function textList(meaning: string) {
  return v.pipe(uniqueList(v.string()), v.description(meaning));
}

function uuid(meaning: string) {
  return v.pipe(
    v.string(),
    v.regex(/^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/),
    v.description(meaning),
  );
}

function day(meaning: string) {
  return v.pipe(
    v.string(),
    v.regex(/^\d{4}-(0[1-9]|1[012])-(0[1-9]|[12][0-9]|3[01])$/),
    v.description(meaning),
  );
}

const Related = v.looseObject({
  id: uuid("Id of the other rule"),
  type: v.union([
    word("derived", "This rule came from the other one; both may stay in use"),
    word("obsolete", "This rule replaces the other one, which is no longer used"),
    word("merged", "This rule joins the other ones, which may stay in use"),
    word("renamed", "The other id is an earlier id of this rule"),
    word("similar", "The two rules are alike: another log source, another level"),
  ]),
});

const Status = v.union([
  word("stable", "Few false positives in several environments over a long time"),
  word("test", "Few false positives on a limited set of systems"),
  word("experimental", "New; may be noisy"),
  word("deprecated", "Replaced or covered by another rule, named under related"),
  word("unsupported", "Cannot be used as it is"),
]);

const Level = v.union([
  word("informational", "For enrichment; expected to match very often"),
  word("low", "Notable, rarely an incident alone"),
  word("medium", "To be reviewed by a person regularly"),
  word("high", "To be reviewed promptly"),
  word("critical", "Points to an incident; to be reviewed at once"),
]);

const LogSource = v.looseObject({
  category: v.optional(text(256, "A group of products, such as firewall or process_creation")),
  product: v.optional(text(256, "One product, such as windows or thousandeyes")),
  service: v.optional(text(256, "One log of the product, such as sshd or audit")),
  definition: v.optional(v.pipe(v.string(), v.description("How to make the source log this"))),
});

const Scalar = v.union([v.string(), v.number(), v.boolean(), v.null()]);

const ItemMap = v.record(
  v.pipe(
    v.string(),
    v.regex(new RegExp(`^[^|]*(\\|(${[...MODIFIERS.keys()].join("|")}))*$`)),
    v.description("A field name, then modifiers, each after a bar"),
  ),
  v.union([Scalar, v.array(v.unknown()), v.looseObject({})]),
);

const SearchIdentifier = v.pipe(
  v.union([ItemMap, v.array(v.union([Scalar, ItemMap])), Scalar]),
  v.description("A map of fields (all must match), or a list (one must match)"),
);

const Condition = v.pipe(
  v.union([v.string(), v.pipe(v.array(v.string()), v.minLength(1))]),
  v.description("How the search identifiers combine: and, or, not, 1 of …, all of …, brackets"),
);

const Event = v.pipe(v.looseObject({}), v.description("An event, as the log has it"));

const Test = v.pipe(
  v.looseObject({
    name: text(256, "What the case shows"),
    match: v.pipe(
      v.union([v.boolean(), v.pipe(v.number(), v.integer(), v.minValue(0))]),
      v.description("Whether the rule must match every event, or how many of them"),
    ),
    event: v.optional(Event),
    events: v.optional(v.pipe(v.array(Event), v.minLength(1))),
    logsource: v.optional(v.record(v.string(), v.string())),
  }),
  v.check(
    (test) => (test.event === undefined) !== (test.events === undefined),
    "One of event and events",
  ),
  v.metadata({ oneOf: [{ required: ["event"] }, { required: ["events"] }] }),
);

const documentEntries = {
  title: text(256, "What is detected, in a few words"),
  id: v.optional(uuid("A UUID for this document alone; version 4 is best")),
  name: v.optional(text(256, "A unique readable name that correlations may use for the id")),
  description: v.optional(text(65_535, "What the rule detects, and why it matters")),
  author: v.optional(v.pipe(v.string(), v.description("Authors, with commas between them"))),
  date: v.optional(day("Day of creation, YYYY-MM-DD")),
  modified: v.optional(day("Day of the last change, YYYY-MM-DD")),
  logsource: LogSource,
};

const Rule = v.pipe(
  v.looseObject({
    ...documentEntries,
    related: v.optional(v.array(Related)),
    taxonomy: v.optional(text(256, "The taxonomy of names; sigma when absent")),
    status: v.optional(Status),
    license: v.optional(v.pipe(v.string(), v.description("SPDX identifier"))),
    references: v.optional(textList("Where the rule comes from")),
    detection: v.pipe(
      v.objectWithRest({ condition: Condition }, SearchIdentifier),
      v.description("Named search identifiers and the condition over them"),
    ),
    fields: v.optional(textList("Fields an analyst wants to see")),
    falsepositives: v.optional(
      v.pipe(
        v.union([
          v.pipe(v.string(), v.minLength(2)),
          uniqueList(v.pipe(v.string(), v.minLength(2))),
        ]),
        v.description("Harmless causes of a match"),
      ),
    ),
    level: v.optional(Level),
    tags: v.optional(
      v.pipe(
        uniqueList(v.pipe(v.string(), v.regex(/^[a-z0-9_-]+\.[a-z0-9._-]+$/))),
        v.description("Tags as namespace.value"),
      ),
    ),
    scope: v.optional(
      v.pipe(v.array(v.pipe(v.string(), v.minLength(2))), v.description("Intended scope")),
    ),
    tests: v.optional(v.pipe(v.array(Test), v.description("Cases that the rule must satisfy"))),
  }),
  v.title("Sigma rule"),
);

const Filter = v.pipe(
  v.looseObject({
    ...documentEntries,
    filter: v.pipe(
      v.objectWithRest(
        {
          rules: v.union([
            v.literal("any"),
            v.pipe(uniqueList(v.string()), v.minLength(1)),
          ]),
          condition: Condition,
        },
        SearchIdentifier,
      ),
      v.description("The rules it narrows, its search identifiers and their condition"),
    ),
  }),
  v.title("Sigma filter"),
);

/** What a rule file of this project may hold: a Sigma rule or a Sigma filter, custom fields kept.
 *
 * @see Sigma specification 2.1.0, `json-schema/`
 */
export const RuleSchema = v.union([Rule, Filter]);

/** A document that {@linkcode RuleSchema} accepts. */
export type RuleDocument = v.InferOutput<typeof RuleSchema>;
