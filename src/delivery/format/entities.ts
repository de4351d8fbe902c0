import type { AlertEvent, AlertGroup } from "../../alert/alert.ts";
import { fieldTexts } from "../../alert/field_texts.ts";
import { isObject, readOddEvent } from "../../alert/read_odd_event.ts";
import { toSigmaEvent } from "../../alert/to_sigma_event.ts";
import { emptyNetwork, parseNetwork } from "../../sigma/compile/network.ts";
import { cutText } from "./cut_text.ts";
import type { MessageContent } from "./format.ts";

/** Who and what a message is about. Every text was chosen by whoever acted, and is cut. */
export interface Entities {
  /** The users, those who acted and failed to log in included. */
  readonly users: readonly Entity<"id" | "name" | "email">[];
  /** Where they were, as the API wrote it: addresses, networks or other text. */
  readonly places: readonly string[];
  /** Those of the places that are one address. */
  readonly addresses: readonly string[];
  /** The account groups. */
  readonly accountGroups: readonly Entity<"id" | "name">[];
  /** What was changed. */
  readonly resources: readonly Entity<"type" | "name">[];
}

/** Members of which at least one is known. */
export type Entity<Name extends string> = { readonly [Key in Name]?: string };

/** How many of a kind are named, ... */
const MAX_ENTITIES = 20;
/** ... and how long a text of them is, in UTF-16 units. */
const MAX_TEXT = 256;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Finds who and what a message is about, for receivers that have fields of their own for it.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { toAlert } from "../../alert/to_alert.ts";
 * import { entitiesOf } from "./entities.ts";
 *
 * const event = { user: "Ana Diaz (ana@example.org)", ipAddress: "99.128.0.0/11" };
 * const alert = toAlert({ title: "Failed login" }, event, { identity: "[]", occurrence: 1 });
 * assertEquals(entitiesOf({ type: "alert.created", alert, at: 0 }), {
 *   users: [{ name: "Ana Diaz", email: "ana@example.org" }],
 *   places: ["99.128.0.0/11"],
 *   addresses: [],
 *   accountGroups: [],
 *   resources: [],
 * });
 * ```
 *
 * @param content What to tell; it may have been cut.
 * @returns The first 20 different ones of each kind, in the order of the events. A message without
 *   events has those of its group.
 */
export function entitiesOf(content: MessageContent): Entities {
  return entitiesIn(recordsOf(content));
}

/**
 * Finds who and what one event is about.
 *
 * @param event The event as an alert has it.
 * @returns The same as for a message of this event alone.
 */
export function entitiesOfEvent(event: AlertEvent): Entities {
  return entitiesIn([fieldsOf(event)]);
}

function entitiesIn(records: readonly Fields[]): Entities {
  const places = distinct(records, { text: "ipAddress" }).flatMap(({ text }) => text ?? []);
  const resources = records.flatMap((fields) => [fields["resources"]].flat().filter(isObject));
  return {
    users: distinct(records, { id: "uid", name: "user.name", email: "user.email" }),
    places,
    addresses: places.filter(isAddress),
    accountGroups: distinct(records, { id: "aid", name: "accountGroupName" }),
    resources: resources.length > 0
      ? distinct(resources as Fields[], { type: "type", name: "name" })
      : distinct(records, { type: "resources.type", name: "resources.name" }),
  };
}

/**
 * The fields of one event, as rules see them.
 *
 * @param event The event as an alert has it, which may also be an item that is not a valid one.
 * @returns The fields.
 */
export function fieldsOf({ event }: AlertEvent): Fields {
  return toSigmaEvent(readOddEvent(event));
}

/**
 * The events of a message, without the note that ends a list that was cut.
 *
 * @param content What to tell.
 * @returns The events; none for the count of repeats.
 */
export function eventsOf(content: MessageContent): readonly AlertEvent[] {
  return content.type === "alert.folded"
    ? []
    : content.alert.events.filter((event) => isObject(event) && isObject(event.event));
}

function recordsOf(content: MessageContent): Fields[] {
  const events = eventsOf(content);
  if (events.length > 0) return events.map(fieldsOf);
  const { group = [] } = content.type === "alert.folded" ? content.folded : content.alert;
  const fields = Object.fromEntries(
    group.filter((part: AlertGroup) => isObject(part)).map(({ field, value }) => [field, value]),
  );
  return [{ ...toSigmaEvent(fields), ...fields }];
}

/** The different combinations of some fields, each with its first text. */
function distinct<Name extends string>(
  records: readonly Fields[],
  names: Readonly<Record<Name, string>>,
): Entity<Name>[] {
  const found = new Map<string, Entity<Name>>();
  for (const fields of records) {
    const members = Object.entries<string>(names).flatMap(([name, field]) => {
      const text = fieldTexts(fields, field)[0]?.trim();
      return text === undefined || text === "" ? [] : [[name, shown(text)]];
    });
    if (members.length === 0) continue;
    found.set(JSON.stringify(members), Object.fromEntries(members) as Entity<Name>);
    if (found.size === MAX_ENTITIES) break;
  }
  return [...found.values()];
}

function shown(text: string): string {
  return cutText(text.slice(0, 4 * MAX_TEXT).toWellFormed(), MAX_TEXT);
}

/** Whether a text is one address, as databases of addresses read it: no network, no zone. */
function isAddress(text: string): boolean {
  return !/[/%]/.test(text) && parseNetwork(text, emptyNetwork()) !== undefined;
}
