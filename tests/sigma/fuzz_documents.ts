import fc from "fast-check";
import { CONDITIONS } from "./cases/conditions.ts";
import { ARRAYS } from "./cases/arrays.ts";
import { ERRORS } from "./cases/errors.ts";
import { FILTERS } from "./cases/filters.ts";
import { METADATA } from "./cases/metadata.ts";
import { MODIFIERS_ORDER } from "./cases/modifiers_order.ts";
import { RE } from "./cases/re.ts";
import { ruleText } from "./cases/spec_case.ts";
import { UTF16 } from "./cases/utf16.ts";
import { WINDASH } from "./cases/windash.ts";

const NAMES = ["a", "b", "sel_1", "sel_2", "filter-x", "_hidden", "keywords", "them", "1", "Ü"];
const WORDS = [
  ...NAMES,
  ..."and or not 1 of any all them ( ) | * ? sel_* *_1 _* near count() > < = , AND Or".split(" "),
];
const MODIFIERS =
  ("contains startswith endswith all cased exists neq re i m s cidr gt gte lt lte windash base64 " +
    "base64offset utf16le wide utf16be utf16 fieldref expand minute hour day week month year contain x")
    .split(" ");
const FIELDS = [
  "f",
  "a.b",
  "a[any]",
  "a[all].b",
  "a[0]",
  "a[-1].b",
  ".",
  "",
  "toString",
  "a[",
  "a]x",
  "é",
];

/** A condition of words in any order: mostly wrong, sometimes right. */
export const conditions: fc.Arbitrary<string> = fc.oneof(
  fc.array(fc.constantFrom(...WORDS), { maxLength: 14 }).map((words) => words.join(" ")),
  fc.string({ maxLength: 60 }),
  fc.stringMatching(/^[ab()* ]{0,80}$/),
);

const texts = fc.oneof(
  fc.constantFrom(
    "",
    "*",
    "?",
    "\\",
    "\\*",
    "*\\",
    "%n%",
    "-a /b",
    "10.0.0.0/8",
    "::/0",
    "^a+$",
    "(",
    "a*b?c",
  ),
  fc.string({ maxLength: 20, unit: "binary" }),
  fc.stringMatching(/^[ab*?\\%\-/().[\]{}+|^$0-9]{0,24}$/),
);
const scalars: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: texts },
  { weight: 1, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.double() },
  { weight: 1, arbitrary: fc.constantFrom(null, true, false) },
);
const keys = fc.tuple(
  fc.constantFrom(...FIELDS),
  fc.array(fc.constantFrom(...MODIFIERS), { maxLength: 4 }),
).map(([field, modifiers]) => [field, ...modifiers].join("|"));

/** A value for a search identifier: lists and maps in one another, some of them allowed. */
const { detection } = fc.letrec<{ detection: unknown }>((tie) => ({
  detection: fc.oneof(
    { maxDepth: 4, depthIdentifier: "detection" },
    scalars,
    fc.array(scalars, { maxLength: 4 }),
    fc.dictionary(keys, fc.oneof(scalars, fc.array(scalars, { maxLength: 4 })), { maxKeys: 4 }),
    fc.array(tie("detection"), { maxLength: 3 }),
    fc.dictionary(keys, tie("detection"), { maxKeys: 3 }),
  ),
}));

/** A whole rule of the right outline; JSON is YAML. */
const outlined = fc.record({
  title: fc.oneof({ weight: 4, arbitrary: fc.constant<unknown>("T") }, {
    weight: 1,
    arbitrary: scalars,
  }),
  logsource: fc.oneof(
    { weight: 4, arbitrary: fc.constant<unknown>({ product: "p" }) },
    { weight: 1, arbitrary: fc.dictionary(fc.constantFrom("product", "x", "__proto__"), scalars) },
  ),
  level: fc.constantFrom<unknown>("low", "none", 5, undefined),
  detection: fc.tuple(
    fc.dictionary(fc.constantFrom(...NAMES), detection, { maxKeys: 4 }),
    fc.oneof(conditions, fc.constant<unknown>("1 of them"), fc.array(conditions, { maxLength: 3 })),
  ).map(([named, condition]) => ({ ...named, condition })),
}).map((rule) => JSON.stringify(rule));

const GOOD = [
  ...[CONDITIONS, ARRAYS, ERRORS, FILTERS, METADATA, MODIFIERS_ORDER, RE, UTF16, WINDASH],
].flat().map(({ rule }) => ruleText(rule)).filter((text) => text.length < 4_000);

const EDITS = [
  ..."\"'|:-*&![]{}%@`#>,?\\()\n\t \0\u2028",
  "  ",
  "\n- ",
  "\n---\n",
  ": ",
  "&a ",
  "*a",
  "!!set ",
  "<<: ",
  "|all",
  "|re",
  "[any]:",
  "condition:",
];

/** A good rule with a few letters changed, dropped, or doubled. */
const edited = fc.tuple(
  fc.constantFrom(...GOOD),
  fc.array(fc.tuple(fc.nat(), fc.constantFrom(...EDITS), fc.nat(12)), {
    minLength: 1,
    maxLength: 6,
  }),
).map(([text, edits]) =>
  edits.reduce((now, [place, piece, drop]) => {
    const at = place % (now.length + 1);
    return now.slice(0, at) + piece + now.slice(at + drop);
  }, text)
);

/** Rule documents: broken, random, and now and then good. */
export const documents: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: edited },
  { weight: 5, arbitrary: outlined },
  { weight: 1, arbitrary: fc.stringMatching(/^[a-c:\-\[\]{}*&!|>'"# \n]{0,120}$/) },
  { weight: 1, arbitrary: fc.string({ maxLength: 80, unit: "binary" }) },
);

/** Events with the fields that the rules look at. */
export const events: fc.Arbitrary<unknown> = fc.oneof(
  fc.dictionary(
    fc.constantFrom("a", "b", "c", "f", "g", "a.b", "t", "resources", "__proto__"),
    fc.oneof(
      scalars,
      fc.array(scalars, { maxLength: 3 }),
      fc.array(fc.dictionary(fc.constantFrom("a", "b", "x"), scalars), { maxLength: 3 }),
    ),
    { maxKeys: 5 },
  ),
  fc.anything({ maxDepth: 2 }),
);
