import type { ValueTest } from "../value_test.ts";
import { ItemError } from "../../sigma_error.ts";
import { rawValue, type Step } from "../work.ts";

/** `exists`: whether the field exists at all, even if it is null or empty. */
export const existsStep: Step = (work, context) => {
  const raw = rawValue(work, context);
  if (typeof raw === "boolean") return { kind: "exists", wanted: raw };
  const message = "The modifier 'exists' requires true or false";
  const meant = typeof raw === "string" && /^(yes|on|true)$/i.test(raw) ? "true" : undefined;
  throw new ItemError("value-type", message, meant);
};

/** Compiles `exists` to a test, which finds member 0, whatever the members are. */
export function existsTest(wanted: boolean): ValueTest {
  return {
    says: wanted ? "exists" : "does not exist",
    needs: wanted ? [[{ kind: "present" }]] : [],
    find: (slot) => slot.present === wanted ? 0 : -1,
  };
}

/** Compiles `null` to a test: absent, null, or an empty array. */
export function nullTest(): ValueTest {
  return {
    says: "has no value",
    needs: [],
    find: (slot) => slot.isNull ? 0 : -1,
  };
}
