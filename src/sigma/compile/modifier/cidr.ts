import type { FieldSlot } from "../../match/field_slot.ts";
import { contains, emptyNetwork, masked, type Network, parseNetwork } from "../network.ts";
import type { ValueTest } from "../value_test.ts";
import { ItemError } from "../../sigma_error.ts";
import { misfit, rawValue, type Step } from "../work.ts";

/** `cidr`: the field is an address or a network that lies entirely within this network. */
export const cidrStep: Step = (work, context) => {
  const raw = rawValue(work, context);
  if (typeof raw !== "string") throw misfit(work, context);
  return { kind: "network", text: raw };
};

/** Compiles a network to a test. */
export function cidrTest(text: string): ValueTest {
  const network = parseNetwork(text, emptyNetwork());
  if (!network) {
    throw new ItemError(
      "value-cidr",
      `'${text}' is not a network such as 10.0.0.0/8 or 2001:db8::/32`,
    );
  }
  if (hasHostBits(network)) {
    const message = `'${text}' has bits set beyond its prefix of ${network.prefix}`;
    throw new ItemError("value-cidr", message, suggestedNetwork(network));
  }
  const member = emptyNetwork();
  return {
    says: `is in the network ${text}`,
    needs: [[{ kind: "network", network }]],
    find: (slot) => findContained(slot, network, member),
  };
}

function findContained(slot: FieldSlot, network: Network, member: Network): number {
  for (let index = 0; index < slot.count; index++) {
    const found = parseNetwork(slot.texts[index]!, member);
    if (found && contains(network, found)) return index;
  }
  return -1;
}

function hasHostBits({ family, a, b, c, d, prefix }: Network): boolean {
  if (family === 4) return masked(d, prefix) !== d;
  return masked(a, prefix) !== a || masked(b, prefix - 32) !== b ||
    masked(c, prefix - 64) !== c || masked(d, prefix - 96) !== d;
}

/** Suggests IPv4 networks only: IPv6 has several spellings. */
function suggestedNetwork({ family, d, prefix }: Network): string | undefined {
  if (family !== 4) return undefined;
  const word = masked(d, prefix);
  return `${[24, 16, 8, 0].map((shift) => (word >>> shift) & 255).join(".")}/${prefix}`;
}
