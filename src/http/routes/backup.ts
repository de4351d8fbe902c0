import * as v from "valibot";
import { BackupError, MAX_PART_BYTES } from "../../store/backup/backup_part.ts";
import { PlaceError } from "../../store/backup/backup_parts.ts";
import { RestoreError, type Restoring } from "../../store/backup/restore_part.ts";
import { holderOf } from "../access/api_tokens.ts";
import { jsonBody } from "../request/json_body.ts";
import { longAnswer } from "../long_answer.ts";
import { problem } from "../answer/problem.ts";
import { InvalidRequestError } from "../request/read_query.ts";
import { json } from "../answer/response.ts";
import { FORMS, operation, route } from "../route.ts";
import { count, described, maybeTime, text } from "../request/schema.ts";

/** How far a backup has been restored. */
const RestoreSchema = v.object({
  restoring: described(v.boolean(), "whether a backup is being restored now"),
  parts: described(count, "how many parts were restored"),
  after: described(text, "the `sha256` of the last of them; the next part follows it"),
  startedAt: described(maybeTime, "when the backup was begun; null without one"),
  rows: described(v.record(text, count), "how many rows were restored, by table"),
});

/** `/v1/backup`: all that the log holds, but for secrets. */
export const backupRoute = route("/v1/backup", {
  GET: operation({
    scope: "admin",
    purpose: "a backup of the log",
    query: {
      from: v.optional(
        described(
          v.string(),
          "where to continue: the `next` of the last part of an earlier answer",
        ),
      ),
    },
    answers: {
      200: { ndjson: described(v.looseObject({}), "a line of the backup: docs/backup.md") },
    },
    answer(call) {
      let parts: Generator<string, void, void>;
      try {
        parts = call.log.backups.write(call.query.from);
      } catch (error) {
        if (error instanceof PlaceError) throw new InvalidRequestError(`from ${error.message}`);
        throw error;
      }
      return longAnswer(call, { parts, type: FORMS.ndjson });
    },
  }),
});

/** `/v1/restore`: restores a backup, part by part. */
export const restoreRoute = route("/v1/restore", {
  GET: operation({
    scope: "admin",
    purpose: "how far a backup has been restored",
    answers: { 200: { json: RestoreSchema } },
    answer: ({ log }) => json(shown(log.backups.restoring())),
  }),
  POST: operation({
    scope: "admin",
    purpose: "restores the next part of a backup",
    query: {
      replace: v.optional(
        described(
          v.picklist(["true", "false"], "must be true or false"),
          "with the first part: `true` empties the log first, instead of refusing",
        ),
      ),
    },
    ownBody: v.object({
      part: described(
        text,
        "a part of the backup: its lines, including the one that begins with `part`",
      ),
    }),
    answers: { 200: { json: RestoreSchema } },
    problems: ["invalid_backup", "too_large", "conflict"],
    async answer({ log, request, query: { replace } }) {
      const body = await jsonBody(request, MAX_PART_BYTES);
      if (body instanceof Response) return body;
      const part = (body.value as { part?: unknown } | null | undefined)?.part;
      if (typeof part !== "string") {
        return problem("invalid_backup", { detail: "Send {part}: the lines of a part as text" });
      }
      try {
        const restored = log.backups.restore(part, replace === "true", holderOf(request).name);
        return json({ ...shown(restored), restoring: !restored.isDone });
      } catch (error) {
        if (error instanceof BackupError) {
          return problem("invalid_backup", { detail: error.message });
        }
        if (error instanceof RestoreError) return problem("conflict", { detail: error.message });
        throw error;
      }
    },
  }),
  DELETE: operation({
    scope: "admin",
    purpose: "cancels a restore, and leaves the log empty",
    answers: { 200: { json: RestoreSchema } },
    problems: ["not_found"],
    answer({ log, request }) {
      return log.backups.abandon(holderOf(request).name)
        ? json(shown(undefined))
        : problem("not_found", { detail: "No backup is being restored" });
    },
  }),
});

function shown(restoring: Restoring | undefined): v.InferOutput<typeof RestoreSchema> {
  return {
    restoring: restoring !== undefined,
    parts: restoring?.part ?? 0,
    after: restoring?.sha256 ?? "",
    startedAt: restoring?.header.startedAt ?? null,
    rows: { ...restoring?.rows },
  };
}
