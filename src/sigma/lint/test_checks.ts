/**
 * Checks of the inline `tests:` of a rule; running them is another command.
 *
 * @module
 */
import { closest } from "../closest.ts";
import { readHistory } from "../correlation/history.ts";
import { itemsOf, placeOf, plainOf } from "../parse/yaml_tree.ts";
import type { Check } from "./check.ts";
import { type LintDocument, mapsOf } from "./lint_document.ts";

const KEYS = ["name", "match", "event", "events", "logsource", "until", "placeholders"];

function testsOf(document: LintDocument) {
  return mapsOf(document.top.get("tests"));
}

/** Whether the tests of a document are sequences of events: it is about more than one. */
function hasTimedTests({ kind, top }: LintDocument): boolean {
  const { history, problems } = readHistory(plainOf(top.get("panoptes")?.value));
  return kind === "correlation" || history !== undefined || problems.length > 0;
}

/** Whether these are the events of such a test. */
function isTimed(events: unknown): boolean {
  return Array.isArray(events) && events.length > 0 &&
    events.every((each) =>
      typeof each === "object" && each !== null && typeof each.at === "string" &&
      typeof each.event === "object"
    );
}

/** Checks of inline tests. */
export const testChecks: readonly Check[] = [
  {
    code: "test-form",
    severity: "warning",
    summary: "An inline test has no name, no 'match' or no event, or has both event and events.",
    *run(document) {
      const entry = document.top.get("tests");
      if (!entry) return;
      const at = placeOf(entry.keyNode);
      const items = itemsOf(entry.value);
      if (!items) {
        yield {
          at,
          message: "'tests' is not a list",
          suggestion: "Start each test with '-'",
        };
        return;
      }
      const tests = testsOf(document);
      if (tests.length < items.length) {
        yield {
          at,
          message: "A test is not a map",
          suggestion: "Write name, match and event",
        };
      }
      for (const { data, at } of tests) {
        const wrong = typeof data.name !== "string" || data.name === ""
          ? "has no name"
          : hasTimedTests(document) && !isTimed(data.events)
          ? `of ${
            document.kind === "correlation" ? "a correlation" : "a rule that looks back"
          } has no list of events, each with at and event`
          : data.match === undefined
          ? "has no match: true or match: false"
          : typeof data.match !== "boolean" && typeof data.match !== "number"
          ? "has a match that is not true, false or a number"
          : "event" in data === "events" in data
          ? "requires either event or events"
          : "events" in data && !(Array.isArray(data.events) && data.events.length > 0)
          ? "has no list under events"
          : "event" in data && (typeof data.event !== "object" || data.event === null)
          ? "has an event that is not a map"
          : undefined;
        if (wrong === undefined) continue;
        yield { at, message: `The test ${wrong}`, suggestion: "Write name, match and event" };
      }
    },
  },
  {
    code: "test-key",
    severity: "warning",
    summary: "An inline test has an unknown key.",
    *run(document) {
      for (const { data, at } of testsOf(document)) {
        for (const key of Object.keys(data)) {
          if (KEYS.includes(key)) continue;
          const near = closest(key, KEYS);
          yield {
            at,
            message: `Unknown key '${key}' in a test` + (near ? `; did you mean '${near}'?` : ""),
            suggestion: near ? `Write '${near}'` : "Remove it",
          };
        }
      }
    },
  },
  {
    code: "test-name-repeated",
    severity: "warning",
    summary: "Two inline tests have the same name.",
    *run(document) {
      const seen = new Set<unknown>();
      for (const { data, at } of testsOf(document)) {
        if (typeof data.name === "string" && seen.has(data.name)) {
          yield {
            at,
            message: `Another test is also called '${data.name}'`,
            suggestion: "Say in each name what the case shows",
          };
        }
        seen.add(data.name);
      }
    },
  },
  {
    code: "test-contradiction",
    severity: "warning",
    summary:
      "Two inline tests have the same event, so the second is redundant or contradicts the first.",
    *run(document) {
      const seen = new Map<string, unknown>();
      for (const { data, at } of testsOf(document)) {
        const events = JSON.stringify(data.event ?? data.events ?? null);
        if (seen.has(events) && events !== "null") {
          const same = seen.get(events) === data.match;
          yield {
            at,
            message: same
              ? "An earlier test already has this event"
              : "An earlier test with this event says the opposite",
            suggestion: "Remove or change one of them",
          };
        }
        seen.set(events, data.match);
      }
    },
  },
  {
    code: "test-one-sided",
    severity: "info",
    summary: "All inline tests are matches, or all are non-matches.",
    *run(document) {
      const entry = document.top.get("tests");
      const tests = mapsOf(entry);
      // A number of matches among several events shows both sides.
      if (
        !entry || tests.length === 0 || tests.some(({ data }) => typeof data.match === "number")
      ) return;
      const lacking = [true, false].find((match) =>
        !tests.some(({ data }) => data.match === match)
      );
      if (lacking === undefined) return;
      yield {
        at: placeOf(entry.keyNode),
        message: `No test has match: ${lacking}`,
        suggestion: lacking
          ? "Add an event that the rule must find"
          : "Add an event that almost matches",
      };
    },
  },
  {
    code: "test-without-field",
    severity: "info",
    summary: "The event of a test that must match has none of the rule's fields.",
    *run(document) {
      if (document.kind !== "rule" || hasTimedTests(document)) return;
      const fields = document.items.map(({ field, within }) => within[0] ?? field);
      if (fields.includes(undefined)) return;
      const roots = fields.map((field) => field!.replace(/\[.*$/, "")).flatMap((
        field,
      ) => [field, field.split(".")[0]!]);
      for (const { data, at } of testsOf(document)) {
        const events = (Array.isArray(data.events) ? data.events : [data.event])
          .filter((event) => typeof event === "object" && event !== null);
        if (data.match !== true || events.length === 0 || roots.length === 0) continue;
        if (events.some((event) => roots.some((field) => Object.hasOwn(event, field)))) continue;
        yield {
          at,
          message: `No event of this test has ${[...new Set(fields)].slice(0, 3).join(", ")}`,
          suggestion: "Correct the field names of the event or of the rule",
        };
      }
    },
  },
];
