import type { UserEvent } from "../thousandeyes/event/user_event.ts";

/** An event of the log was read again with another display name beside the same id. */
export interface Rename {
  /** What has been renamed. */
  readonly of: "user" | "accountGroup";
  /** Its id. */
  readonly id: string;
  /** The name that the log keeps with the event: the first one read. */
  readonly from: string;
  /** The name that the API shows now. */
  readonly to: string;
}

/**
 * Compares the display names in two reports of one event.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { renamesBetween } from "./renames.ts";
 *
 * assertEquals(renamesBetween({ uid: "7", user: "Ada Byron" }, { uid: "7", user: "Ada Lovelace" }), [
 *   { of: "user", id: "7", from: "Ada Byron", to: "Ada Lovelace" },
 * ]);
 * ```
 *
 * @param kept The event as the log keeps it.
 * @param read The same event as it was read now.
 * @returns The names that differ; one that is missing in either tells nothing.
 */
export function renamesBetween(kept: UserEvent, read: UserEvent): Rename[] {
  const names = [
    { of: "user", id: kept.uid, from: kept.user, to: read.user },
    { of: "accountGroup", id: kept.aid, from: kept.accountGroupName, to: read.accountGroupName },
  ] as const;
  return names.flatMap(({ of, id, from, to }) =>
    id === undefined || from === undefined || to === undefined || from === to
      ? []
      : [{ of, id, from, to }]
  );
}
