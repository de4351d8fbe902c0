import type { AlertField } from "../../alert/alert.ts";
import { escapeInvisible } from "../../stream/plain_text.ts";

/** A value of an event that has led to an alert. */
type Matched = Pick<AlertField, "field" | "value">;

/**
 * An event as JSON, with the values highlighted that a rule has matched. Everything in it is text
 * from strangers, and stays text.
 *
 * @param props `event`: any JSON value; `matched`: what to highlight.
 * @returns The element.
 */
export function EventJson(
  { event, matched = [] }: { event: unknown; matched?: readonly Matched[] },
) {
  return (
    <pre class="json" tabIndex={0} aria-label="The event as JSON">
      <code><Value value={event} path="" indent="" matched={matched} /></code>
    </pre>
  );
}

interface ValueProps {
  readonly value: unknown;
  /** The field as rules name it: without the places in lists. */
  readonly path: string;
  readonly indent: string;
  readonly matched: readonly Matched[];
}

function Value({ value, path, indent, matched }: ValueProps) {
  if (typeof value !== "object" || value === null) {
    const text = escapeInvisible(JSON.stringify(value));
    return isMatched(value, path, matched) ? <mark>{text}</mark> : <>{text}</>;
  }
  const isList = Array.isArray(value);
  const members = Object.entries(value);
  const [open, close] = isList ? ["[", "]"] : ["{", "}"];
  if (members.length === 0) return <>{open}{close}</>;
  const inner = `${indent}  `;
  return (
    <>
      {open}
      {members.map(([name, member], index) => (
        <>
          {`${index === 0 ? "" : ","}\n${inner}`}
          {isList ? "" : (
            <>
              <span class="json-name">{escapeInvisible(JSON.stringify(name))}</span>
              {": "}
            </>
          )}
          <Value
            value={member}
            path={isList ? path : path === "" ? name : `${path}.${name}`}
            indent={inner}
            matched={matched}
          />
        </>
      ))}
      {`\n${indent}${close}`}
    </>
  );
}

/** A derived field, such as `user.name`, highlights what it is derived from. */
function isMatched(value: unknown, path: string, matched: readonly Matched[]): boolean {
  return matched.some(({ field, value: found }) =>
    field === null || field === path
      ? String(found) === String(value)
      : field.startsWith(`${path}.`) && String(value).includes(String(found))
  );
}
