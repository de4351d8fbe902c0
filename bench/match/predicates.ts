import type { SyntheticEvent } from "./synthetic_events.ts";
import type { SyntheticRule } from "./synthetic_rules.ts";

/** One comparison, with its value in lower case. */
export type Predicate =
  | { field: "event" | "user" | "names" }
    & (
      | { test: "equals" | "contains" | "startswith" | "endswith"; text: string }
      | { test: "regex"; regex: RegExp }
    )
  | { field: "ip"; test: "between"; low: number; high: number };

/** A map of a rule: of every group, one predicate must hold. */
export type Groups = Predicate[][];

/** A rule as other engines get it: prepared as well as possible by hand. */
export interface PreparedRule {
  selection: Groups;
  filter: Groups | undefined;
}

/** An event as other engines get it: flattened, in lower case, the address as a number. */
export interface PreparedEvent {
  event: string;
  user: string;
  ip: number;
  names: string[];
}

const FIELDS: Readonly<Record<string, Predicate["field"]>> = {
  event: "event",
  user: "user",
  ipAddress: "ip",
  "resources.name": "names",
};

/** Prepares an event for other engines. */
export function prepareEvent({ event, user, ipAddress, resources }: SyntheticEvent): PreparedEvent {
  return {
    event: event.toLowerCase(),
    user: user.toLowerCase(),
    ip: addressNumber(ipAddress),
    names: resources.map(({ name }) => name.toLowerCase()),
  };
}

/** Prepares a rule for other engines. */
export function prepareRule({ selection, filter }: SyntheticRule): PreparedRule {
  return { selection: groupsOf(selection), filter: filter && groupsOf(filter) };
}

/** Escapes characters that have a meaning in a regular expression. */
export function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function groupsOf(map: Record<string, string | string[]>): Groups {
  return Object.entries(map).map(([key, values]) => {
    const [name, modifier = "equals"] = key.split("|") as [string, string?];
    const field = FIELDS[name]!;
    return [values].flat().map((value) => predicate(field, modifier, value));
  });
}

function predicate(field: Predicate["field"], modifier: string, value: string): Predicate {
  if (field === "ip") {
    const [address, prefix] = value.split("/") as [string, string];
    const low = addressNumber(address);
    return { field, test: "between", low, high: low + 2 ** (32 - Number(prefix)) - 1 };
  }
  const text = value.toLowerCase();
  if (modifier === "re") return { field, test: "regex", regex: new RegExp(value) };
  if (/[*?]/.test(value)) {
    const source = text.split("*").map(escaped).join(".*");
    return { field, test: "regex", regex: new RegExp(`^${source}$`, "s") };
  }
  return { field, test: modifier as "equals", text };
}

function addressNumber(address: string): number {
  return address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
}
