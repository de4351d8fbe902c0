import { MODIFIERS } from "../modifiers.ts";
import type { DetectionItem, SigmaValue } from "../sigma_rule.ts";
import type { ItemScope } from "./work.ts";
import { comparisonTest } from "./modifier/comparison.ts";
import { cidrTest } from "./modifier/cidr.ts";
import { placeStep } from "./modifier/place.ts";
import { existsTest, nullTest } from "./modifier/exists.ts";
import { fieldrefTest } from "./modifier/fieldref.ts";
import { regexTest } from "./modifier/regex.ts";
import { STEPS } from "./modifier/steps.ts";
import { parseTextParts } from "./text_parts.ts";
import { TextTest } from "./text_test.ts";
import { timeTest } from "./modifier/time.ts";
import type { ValueTest } from "./value_test.ts";
import { ItemError } from "../sigma_error.ts";
import type { Step, StepContext, Work } from "./work.ts";

/** Compiles the values of one item; its modifiers are looked up once for all of them. */
export class ValueCompiler {
  readonly #scope: ItemScope;
  readonly #steps: { step: Step; context: StepContext }[] = [];
  readonly #isKeyword: boolean;
  readonly #cased: boolean;
  readonly #expands: boolean;

  /** @param item The item, with known modifiers only. @param scope Its context. */
  constructor(item: DetectionItem, scope: ItemScope) {
    const { field, modifiers } = item;
    const { placeholders } = scope;
    const families = modifiers.map((name) => MODIFIERS.get(name)!.family);
    this.#scope = scope;
    this.#isKeyword = field === null;
    this.#cased = families.includes("cased");
    this.#expands = families.includes("expand");
    for (const modifier of expandedLast(modifiers)) {
      const step = STEPS[MODIFIERS.get(modifier)!.family];
      if (step) this.#steps.push({ step, context: { modifier, item, placeholders } });
    }
    // A keyword may be anywhere in a string, unless a modifier says where.
    if (field === null && !families.includes("place") && !families.includes("regex")) {
      const context = { modifier: "contains", item, placeholders };
      this.#steps.push({ step: placeStep, context });
    }
  }

  /**
   * Takes a value through the modifiers, in the order written.
   *
   * @param value The value.
   * @param written How a number is written, if that is a string of its own.
   * @throws {ItemError} If the modifiers do not apply to the value.
   */
  test(value: SigmaValue, written?: string): ValueTest {
    let works = [this.#start(value), ...(written === undefined ? [] : [this.#start(written)])];
    for (const { step, context } of this.#steps) {
      const [only] = works;
      const next = works.length === 1
        ? step(only!, context)
        : works.flatMap((work) => step(work, context));
      works = Array.isArray(next) ? next : [next];
    }
    return works.length === 1
      ? this.#testOf(works[0]!)
      : anyOf(works.map((work) => this.#testOf(work)));
  }

  #start(value: SigmaValue): Work {
    if (value !== null) {
      return { kind: "text", parts: parseTextParts(String(value), this.#expands), raw: value };
    }
    if (!this.#isKeyword) return { kind: "null" };
    throw new ItemError("value-type", "A keyword must be a string or a number, found null");
  }

  #testOf(work: Work): ValueTest {
    const cased = this.#cased;
    if (cased && work.kind !== "text" && work.kind !== "reference") {
      const message =
        "The modifier 'cased' applies to strings only; 're' is case-sensitive already";
      throw new ItemError("modifier-combination", message);
    }
    switch (work.kind) {
      case "text":
        return new TextTest(work.parts, cased);
      case "null":
        return nullTest();
      case "exists":
        return existsTest(work.wanted);
      case "regex":
        return regexTest(this.#scope.regexes({
          source: work.source,
          flags: [...work.flags].sort().join(""),
          place: work.place,
        }));
      case "network":
        return cidrTest(work.text);
      case "number":
        return comparisonTest(work.comparison, work.bound);
      case "time":
        return timeTest(work.part, work.comparison, work.wanted);
      case "reference": {
        const number = this.#scope.fieldNumber(work.field);
        return fieldrefTest(work.field, number, work.place, cased);
      }
    }
  }
}

/** `expand` before `re` or `cidr` does what it does after them: both read the value as written. */
function expandedLast(modifiers: readonly string[]): readonly string[] {
  const expand = modifiers.indexOf("expand");
  const reader = modifiers.findIndex((name) => name === "re" || name === "cidr");
  if (expand < 0 || reader < expand) return modifiers;
  return modifiers.toSpliced(reader + 1, 0, "expand").toSpliced(expand, 1);
}

/** Several strings that one value stands for; any of them is enough, even with `all`. */
function anyOf(tests: readonly ValueTest[]): ValueTest {
  const [only] = tests;
  if (tests.length === 1) return only!;
  return {
    get says() {
      const says = tests.slice(0, 3).map((test) => test.says).join(" or ");
      return tests.length > 3 ? `${says} or ${tests.length - 3} more` : says;
    },
    needs: tests.every(({ needs }) => needs.length > 0)
      ? [tests.flatMap(({ needs }) => needs[0]!)]
      : [],
    find(slot, view) {
      for (const test of tests) {
        const found = test.find(slot, view);
        if (found >= 0) return found;
      }
      return -1;
    },
  };
}
