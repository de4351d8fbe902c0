import { compares, numberOf } from "../compile/modifier/comparison.ts";
import { contains, emptyNetwork, parseNetwork } from "../compile/network.ts";
import type { Witness } from "../compile/value_test.ts";
import type { FieldSlot } from "../match/field_slot.ts";

const member = emptyNetwork();

/**
 * Whether a field has a witness: the same answer as the tables give, for a single witness.
 *
 * @param slot The members of the field.
 * @param witness What to look for.
 */
export function hasWitness(slot: FieldSlot, witness: Witness): boolean {
  if (witness.kind === "present") return slot.present;
  for (let index = 0; index < slot.count; index++) if (fits(slot, index, witness)) return true;
  return false;
}

function fits(slot: FieldSlot, index: number, witness: Witness): boolean {
  switch (witness.kind) {
    case "exact":
      return slot.folded(index) === witness.text;
    case "literal":
      return slot.folded(index).includes(witness.text);
    case "prefix":
      return slot.folded(index).startsWith(witness.text);
    case "suffix":
      return slot.folded(index).endsWith(witness.text);
    case "network": {
      const found = parseNetwork(slot.texts[index]!, member);
      return found !== undefined && contains(witness.network, found);
    }
    case "number":
      return compares(numberOf(slot.texts[index]!), witness.comparison, witness.bound);
    case "regex":
      return witness.regex.test(slot.texts[index]!);
    case "present":
      return true;
  }
}
