import { type ModifierFamily, MODIFIERS } from "../modifiers.ts";
import type { DetectionItem, SigmaValue } from "../sigma_rule.ts";
import type { ItemScope } from "./item_scope.ts";
import { comparisonTest } from "./comparison_steps.ts";
import { networkTest } from "./network_step.ts";
import { placeStep } from "./place_steps.ts";
import { existsTest, nullTest } from "./presence_step.ts";
import { referenceTest } from "./reference_step.ts";
import { regexTest } from "./regex_steps.ts";
import { STEPS } from "./steps.ts";
import { parseTextParts } from "./text_parts.ts";
import { TextTest } from "./text_test.ts";
import { timeTest } from "./time_steps.ts";
import type { ValueTest } from "./value_test.ts";
import { ItemError, type Step, type StepContext, type Work } from "./work.ts";

/** These say something about the item as a whole and leave its values alone. */
const ABOUT_ITEM: readonly ModifierFamily[] = ["link", "case", "negation"];

/** Compiles the values of one item; what its modifiers say is worked out once for all of them. */
export class ValueCompiler {
  readonly #scope: ItemScope;
  readonly #steps: { step: Step; context: StepContext }[] = [];
  readonly #isKeyword: boolean;
  readonly #cased: boolean;
  readonly #expands: boolean;

  /** @param item The item; its modifiers are known ones. @param scope What is around it. */
  constructor(item: DetectionItem, scope: ItemScope) {
    const { field, modifiers } = item;
    const { placeholders } = scope;
    const families = modifiers.map((name) => MODIFIERS.get(name)!.family);
    this.#scope = scope;
    this.#isKeyword = field === null;
    this.#cased = families.includes("case");
    this.#expands = families.includes("placeholder");
    modifiers.forEach((modifier, index) => {
      const family = families[index]!;
      if (ABOUT_ITEM.includes(family)) return;
      this.#steps.push({ step: STEPS[family], context: { modifier, item, placeholders } });
    });
    // A keyword may stand anywhere in a text, unless a modifier says where.
    if (field === null && !families.includes("place") && !families.includes("regex")) {
      const context = { modifier: "contains", item, placeholders };
      this.#steps.push({ step: placeStep, context });
    }
  }

  /**
   * Takes a value through the modifiers, in the written order.
   *
   * @throws ItemError when the modifiers do not fit the value.
   */
  test(value: SigmaValue): ValueTest {
    let works = [this.#start(value)];
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
    throw new ItemError("value-type", "A keyword has to be a text or a number, found null");
  }

  #testOf(work: Work): ValueTest {
    const cased = this.#cased;
    if (cased && work.kind !== "text" && work.kind !== "reference") {
      const message = "The modifier 'cased' applies to texts; 're' heeds case without it";
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
        return regexTest(work.source, work.flags, work.place);
      case "network":
        return networkTest(work.text);
      case "number":
        return comparisonTest(work.comparison, work.bound);
      case "time":
        return timeTest(work.part, work.comparison, work.wanted);
      case "reference": {
        const number = this.#scope.fieldNumber(work.field);
        return referenceTest(work.field, number, work.place, cased);
      }
    }
  }
}

/** Several texts that one value stands for; any of them will do, also under `all`. */
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
