import { assertEquals } from "@std/assert";
import { attackOf } from "../../../src/delivery/format/attack_tags.ts";

const rows: [tag: string, techniques: string[], tactics: string[]][] = [
  ["attack.t1078", ["T1078"], []],
  ["attack.T1078.004", ["T1078.004"], []],
  ["attack.command-and-control", [], ["Command and Control"]],
  ["attack.credential_access", [], ["Credential Access"]],
  ["attack.g0016", [], []],
  ["attack.s0002", [], []],
  ["attack.ta0001", [], []],
  ["panoptes.operational", [], []],
  ['attack."}', [], []],
  ["… cut, 5 more", [], []],
  ["", [], []],
];

for (const [tag, techniques, tactics] of rows) {
  Deno.test(`attackOf() reads "${tag}"`, () => {
    assertEquals(attackOf([tag]), { techniques, tactics });
  });
}
