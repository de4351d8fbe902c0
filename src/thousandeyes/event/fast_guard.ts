import type * as v from "valibot";

/** Whether a value is valid and would leave its schema unchanged. */
export type Guard = (value: unknown) => boolean;

/**
 * Compiles a valibot schema to a guard: a fast way to say yes. After a yes, valibot would find no
 * issue and return an equal value, so the value can be used as it is. A no says nothing, and
 * valibot has to decide. A schema that the compiler does not know becomes a guard that always says
 * no: slower, never wrong.
 *
 * Values must come from `JSON.parse()`: no getters, no undefined, none but the two usual
 * prototypes.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { fastGuard } from "./fast_guard.ts";
 * import { UserEventSchema } from "./user_event.ts";
 *
 * const guard = fastGuard(UserEventSchema);
 * assert(guard({ aid: "75", event: "Login failed." }));
 * assert(!guard({ aid: 75 })); // valid, but its output has "75"
 * ```
 *
 * @param schema Any valibot schema.
 */
export function fastGuard(schema: v.GenericSchema): Guard {
  return walk(schema as unknown as Node);
}

/** What is read of a schema or of an action in a pipe. */
interface Node {
  readonly kind: "schema" | "validation" | "transformation" | "metadata";
  readonly type: string;
  readonly pipe?: readonly Node[];
  readonly default?: unknown;
  readonly fallback?: unknown;
  readonly check?: Guard;
  readonly entries?: Readonly<Record<string, Node>>;
  readonly wrapped?: Node;
  readonly item?: Node;
  readonly options?: readonly Node[];
  readonly requirement?: unknown;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** The types of schema that allow a member to be absent. */
const OPTIONAL: ReadonlySet<string> = new Set(["nullish", "optional", "exact_optional"]);

const never: Guard = () => false;

function walk(node: Node): Guard {
  if (node.pipe !== undefined) return walkPipe(node.pipe);
  switch (node.type) {
    case "unknown":
      return () => true;
    case "string":
      return (value) => typeof value === "string";
    case "number":
      return (value) => typeof value === "number";
    case "boolean":
      return (value) => typeof value === "boolean";
    case "custom":
      return node.check!;
    case "union":
      // Only the first option: a later one counts only if those before it fail, which a guard
      // cannot tell.
      return node.options!.length > 0 ? walk(node.options![0]!) : never;
    case "nullish":
      return walkNullish(walk(node.wrapped!));
    case "optional":
    case "exact_optional":
      return walk(node.wrapped!);
    case "array":
      return walkArray(walk(node.item!));
    case "loose_object":
      return walkObject(node.entries!);
    default:
      return never;
  }
}

function walkPipe([first, ...rest]: readonly Node[]): Guard {
  const guards = [walk(first!)];
  for (const node of rest) {
    if (node.kind === "schema") guards.push(walk(node));
    else if (node.type === "check") guards.push(node.requirement as Guard);
    else if (node.type === "transform" && rest.some(onlyDropsNulls)) continue;
    else if (node.kind !== "metadata") return never;
  }
  return (value) => {
    for (const guard of guards) {
      if (!guard(value)) return false;
    }
    return true;
  };
}

/**
 * `tolerantObject()` marks its transformation so. Guards reject nulls, so there is nothing to drop.
 */
function onlyDropsNulls(node: Node): boolean {
  return node.metadata?.onlyDropsNulls === true;
}

/** Null is left to valibot: it may become a default, or be dropped. */
function walkNullish(wrapped: Guard): Guard {
  return (value) => value !== null && wrapped(value);
}

function walkArray(item: Guard): Guard {
  return (value) => {
    if (!Array.isArray(value)) return false;
    for (let index = 0; index < value.length; index++) {
      if (!item(value[index])) return false;
    }
    return true;
  };
}

/** The prototype, read through the member of that name, which some runtimes lack. */
const PROTO = ({} as Plain).__proto__;

/**
 * The members that valibot never copies; each has the same value in all objects that do not own it.
 */
interface Plain {
  readonly constructor?: unknown;
  readonly prototype?: unknown;
  readonly __proto__?: unknown;
}

function walkObject(entries: Readonly<Record<string, Node>>): Guard {
  const members = Object.entries(entries);
  const strings = new Set(members.filter(([, node]) => takesStrings(node)).map(([name]) => name));
  const others = members.filter(([name]) => !strings.has(name))
    .map(([name, node]) => ({ name, guard: walk(node) }));
  const required = members.filter(([, node]) => !mayBeAbsent(node)).map(([name]) => name);
  return (value) => {
    if (typeof value !== "object" || value === null) return false;
    const plain = value as Plain;
    if (
      plain.constructor !== Object || plain.prototype !== undefined || plain.__proto__ !== PROTO
    ) return false;
    const object = value as Record<string, unknown>;
    for (const name of required) {
      if (object[name] === undefined) return false;
    }
    // Over the members that are present, not those that are known: a read by the key of a for-in
    // loop is the only read by a variable name that costs next to nothing.
    each: for (const key in object) {
      const member = object[key];
      for (let index = 0; index < others.length; index++) {
        const other = others[index]!;
        if (key !== other.name) continue;
        if (!other.guard(member)) return false;
        continue each;
      }
      if (typeof member !== "string" && strings.has(key)) return false;
    }
    return true;
  };
}

/** Whether a member accepts every string, and nothing else that would stay unchanged. */
function takesStrings(node: Node): boolean {
  if (node.pipe !== undefined) return false;
  if (OPTIONAL.has(node.type)) return takesStrings(node.wrapped!);
  if (node.type === "union") return node.options!.length > 0 && takesStrings(node.options![0]!);
  return node.type === "string";
}

/** Whether an object without the member leaves the schema without it. */
function mayBeAbsent(node: Node): boolean {
  return OPTIONAL.has(node.type) && node.default === undefined && node.fallback === undefined;
}
