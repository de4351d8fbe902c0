import fc from "fast-check";

/** Words that rules and events share, so that they often match; some fold in unusual ways. */
const WORDS = [
  "login",
  "Login",
  "LOGOUT",
  "log",
  "admin",
  "a",
  "",
  "x-y",
  "-enc",
  "/run now",
  "\u2013run",
  "\\path\\to",
  "C:\\Windows\\cmd.exe",
  "Straße",
  "STRASSE",
  "ſtop",
  "Stop",
  "\u212Aelvin",
  "kelvin",
  "ΣΑΣ",
  "σας",
  "İstanbul",
  "istanbul",
  "😀",
  "😀log😁",
  "\u{10400}og",
  "\u{10428}og",
  "a\nb",
  "log\n",
  "50%",
  "*",
  "?",
  "constructor",
  "true",
  "4624",
  "bG9naW4=",
  "eGxvZ2lu",
];

const NUMBERS = [0, 1, -1, 2.5, 4624, 7, 18, 1e21];

const ADDRESSES = [
  "10.1.2.3",
  "10.0.0.0/8",
  "10.1.0.0/16",
  "192.168.1.7",
  "::ffff:10.1.2.3",
  "2001:db8::1",
  "2001:db8:1::/48",
  "fe80::1%eth0",
  "99.128.0.0/11",
];

const DATES = [
  "2025-01-01T00:30:00Z",
  "2024-12-30 18:07:00",
  "2021-01-03",
  "2025-06-15T23:59:59+02:00",
];

const FIELDS = [
  "event",
  "user",
  "a.b",
  "list",
  "items.name",
  "items.kind",
  "constructor",
  "deep.x.y",
];

const word = fc.constantFrom(...WORDS);
const scalar = fc.oneof(
  { weight: 6, arbitrary: word },
  { weight: 1, arbitrary: fc.constantFrom(...NUMBERS) },
  { weight: 1, arbitrary: fc.boolean() },
  { weight: 1, arbitrary: fc.constantFrom(...ADDRESSES, ...DATES) },
);
const nullable = fc.oneof({ weight: 9, arbitrary: scalar }, {
  weight: 1,
  arbitrary: fc.constant(null),
});

/** Strings with wildcards and escapes around shared words. */
const pattern = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: word.map((text) => text.replace(/[*?]/g, "\\$&")) },
    { weight: 2, arbitrary: fc.constantFrom("*", "?", "\\*", "\\\\", "\\") },
  ),
  { minLength: 1, maxLength: 3 },
).map((parts) => parts.join(""));

const regex = fc.constantFrom(
  "^log",
  "out$",
  "log(in|out)?",
  "[a-z]+-[a-z]",
  "a.b",
  "^.{3,5}$",
  "(?i)LOGIN",
  "\\d{4}",
  "^(C|D):\\\\",
  "admin|kelvin",
  "x*log+",
  "\\\\path\\\\(to|from)",
  "^(log|admin)(in)?$",
);

const values = <T>(one: fc.Arbitrary<T>) =>
  fc.oneof(one, fc.array(one, { minLength: 1, maxLength: 4 }));

/** Keys with values that fit their modifiers. */
const MODIFIED:
  readonly (readonly [weight: number, modifiers: string, values: fc.Arbitrary<unknown>])[] = [
    [6, "", values(fc.oneof(pattern, nullable))],
    [4, "|contains", values(pattern)],
    [2, "|startswith", values(pattern)],
    [2, "|endswith", values(pattern)],
    [2, "|contains|all", values(pattern)],
    [1, "|all", values(pattern)],
    [1, "|cased", values(pattern)],
    [1, "|contains|cased", values(pattern)],
    [1, "|neq", values(fc.oneof(pattern, nullable))],
    [1, "|contains|neq", values(pattern)],
    [1, "|exists", fc.boolean()],
    [1, "|contains|windash", values(pattern)],
    [3, "|re", values(regex)],
    [1, "|re|i", values(regex)],
    [1, "|re|m", values(regex)],
    [1, "|re|s", values(regex)],
    [1, "|re|startswith", values(regex.filter((each) => !each.startsWith("(?")))],
    [
      2,
      "|cidr",
      values(fc.constantFrom("10.0.0.0/8", "10.1.2.3", "2001:db8::/32", "99.128.0.0/11")),
    ],
    [1, "|gt", values(fc.constantFrom(...NUMBERS))],
    [1, "|lte", values(fc.constantFrom(...NUMBERS))],
    [1, "|gte|neq", values(fc.constantFrom(...NUMBERS))],
    [1, "|base64", values(fc.constantFrom("login", "xlogin", "Straße"))],
    [1, "|base64offset|contains", values(fc.constantFrom("login", "Straße", "log"))],
    [1, "|fieldref", values(fc.constantFrom(...FIELDS))],
    [1, "|fieldref|contains", values(fc.constantFrom(...FIELDS))],
    [1, "|expand", values(fc.constantFrom("%words%", "x%words%", "%one%*"))],
    [1, "|contains|expand", values(fc.constantFrom("%words%", "%one%"))],
    [1, "|hour", values(fc.integer({ min: 0, max: 23 }))],
    [1, "|week|lte", values(fc.integer({ min: 1, max: 53 }))],
    [1, "|year|gt", values(fc.integer({ min: 2020, max: 2026 }))],
  ];

/** The lists for the placeholders above. */
export const PLACEHOLDERS = { words: ["login", "admin", "Straße*", 4624], one: ["log"] };

const line = (fields: readonly string[]) =>
  fc.oneof(
    ...MODIFIED.map(([weight, modifiers, arbitrary]) => ({
      weight,
      arbitrary: fc.tuple(fc.constantFrom(...fields).map((field) => field + modifiers), arbitrary),
    })),
  );

const quantifier = fc.constantFrom("any", "all", "all_or_empty", "none", "0", "-1");
const element = ["name", "kind", "."];

const block = fc.oneof(
  fc.tuple(
    quantifier.map((each) => `items[${each}]`),
    fc.array(line(element), { minLength: 1, maxLength: 3 }).map(Object.fromEntries),
  ),
  fc.tuple(quantifier, line(["name", "kind"])).map(([each, [key, value]]) =>
    [`items[${each}].${key}`, value] as [string, unknown]
  ),
);

const map = fc.array(
  fc.oneof({ weight: 6, arbitrary: line(FIELDS) }, { weight: 1, arbitrary: block }),
  { minLength: 1, maxLength: 3 },
).map(Object.fromEntries);

const keywords = fc.oneof(
  fc.array(pattern, { minLength: 1, maxLength: 3 }),
  fc.constantFrom("|all", "|contains|all", "|re", "|cased").chain((key) =>
    values(key === "|re" ? regex : pattern).map((value) => ({ [key]: value }))
  ),
);

const detection = fc.oneof(
  { weight: 6, arbitrary: map },
  { weight: 1, arbitrary: fc.array(map, { minLength: 1, maxLength: 3 }) },
  { weight: 1, arbitrary: keywords },
);

const condition = fc.constantFrom(
  "one",
  "one and two",
  "one or two",
  "one and not two",
  "not one",
  "1 of them",
  "all of them",
  "not 1 of t*",
  "one and (two or three)",
  "one or not (two and three)",
  "not (one or not two)",
);

/** A rule file as JSON, which is YAML too. */
export const randomRule: fc.Arbitrary<string> = fc.record({
  title: fc.constant("Random"),
  logsource: fc.constant({ product: "test" }),
  detection: fc.record({
    one: detection,
    two: detection,
    three: detection,
    condition: fc.oneof(condition, fc.array(condition, { minLength: 1, maxLength: 2 })),
  }),
}).map((rule) => JSON.stringify(rule));

const member = fc.oneof({ weight: 5, arbitrary: nullable }, {
  weight: 1,
  arbitrary: fc.array(fc.oneof(nullable, fc.array(scalar, { maxLength: 2 })), { maxLength: 3 }),
});

const items = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ name: member, kind: member }, { requiredKeys: [] }) },
    { weight: 1, arbitrary: nullable },
  ),
  { maxLength: 3 },
);

/** Fields with the names that other rules use for elements. */
const bracketed = fc.record(
  { "items[any].name": member, "items[none].kind": member, "items[0].name": member },
  { requiredKeys: [] },
);

const fields = fc.record({
  event: member,
  user: member,
  a: fc.oneof(fc.record({ b: member }), fc.array(fc.record({ b: member }), { maxLength: 2 })),
  "a.b": member,
  list: fc.array(nullable, { maxLength: 4 }),
  items: fc.oneof({ weight: 4, arbitrary: items }, {
    weight: 1,
    arbitrary: fc.record({ name: member }),
  }),
  "items.name": word,
  deep: fc.oneof(fc.record({ "x.y": member }), fc.record({ x: fc.record({ y: member }) })),
  extra: member,
}, { requiredKeys: [] });

/** An event with fields that rules use; some are missing, flat, nested, or lists. */
export const randomEvent: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: fields },
  { weight: 1, arbitrary: fc.tuple(fields, bracketed).map(([a, b]) => ({ ...a, ...b })) },
);
