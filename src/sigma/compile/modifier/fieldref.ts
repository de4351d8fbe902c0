import { foldText } from "../../fold.ts";
import type { EventView } from "../../match/event_view.ts";
import type { FieldSlot } from "../../match/field_slot.ts";
import { literalOf } from "../text_parts.ts";
import type { ValueTest } from "../value_test.ts";
import { ItemError } from "../../sigma_error.ts";
import { misfit, type Place, rawValue, type Step } from "../work.ts";

/** `fieldref`: the value is the name of another field. */
export const fieldrefStep: Step = (work, context) => {
  const raw = rawValue(work, context);
  if (typeof raw !== "string" || work.kind !== "text") throw misfit(work, context);
  const field = literalOf(work.parts);
  if (field === undefined) {
    const message = "The name of the other field cannot contain a wildcard";
    throw new ItemError("modifier-combination", message, "escape it with a backslash");
  }
  if (field === "") throw new ItemError("value-empty", "The name of the other field is missing");
  return { kind: "reference", field, place: "whole" };
};

const FITS: Readonly<Record<Place, (text: string, other: string) => boolean>> = {
  whole: (text, other) => text === other,
  contains: (text, other) => text.includes(other),
  startswith: (text, other) => text.startsWith(other),
  endswith: (text, other) => text.endsWith(other),
};

/**
 * Compiles a reference to a test: a member of this field matches a member of the other.
 *
 * @param name The other field.
 * @param field Its number in the view.
 * @param place Where the other field's string must be in this field's string.
 * @param cased Whether the comparison is case-sensitive.
 */
export function fieldrefTest(
  name: string,
  field: number,
  place: Place,
  cased: boolean,
): ValueTest {
  const fits = FITS[place];
  const text = (slot: FieldSlot, index: number) => cased ? slot.texts[index]! : slot.folded(index);
  return {
    says: `${place === "whole" ? "equals" : place} the field ${name}`,
    needs: [[{ kind: "present" }]],
    find(slot: FieldSlot, view: EventView): number {
      const other = view.slot(field);
      for (let index = 0; index < slot.count; index++) {
        for (let at = 0; at < other.count; at++) {
          if (fits(text(slot, index), cased ? text(other, at) : foldText(text(other, at)))) {
            return index;
          }
        }
      }
      return -1;
    },
  };
}
