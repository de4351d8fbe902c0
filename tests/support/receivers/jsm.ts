/**
 * The integration events of Jira Service Management, which are those of Opsgenie's Alert API.
 *
 * Paths and members:
 * https://developer.atlassian.com/cloud/jira/service-desk-ops/rest/v1/api-group-integration-events;
 * limits: https://docs.opsgenie.com/v1.0/docs/alerts-and-alert-fields; closing by alias:
 * https://jira.atlassian.com/browse/JSDCLOUD-14179; answers: https://docs.opsgenie.com/docs/response.
 *
 * @module
 */
import * as v from "valibot";
import { type HttpReceiver, issuesOf, json, parseStrictly } from "./http_receiver.ts";
import { SAMPLE_OPTIONS } from "./sample_options.ts";

const text = (max: number) => v.pipe(v.string(), v.maxLength(max));
// It is interpreted in messages and descriptions.
const noHtml = v.check((text: string) => !/[<>]/.test(text), "has HTML");

const CreateSchema = v.strictObject({
  message: v.pipe(text(130), v.nonEmpty("Message can not be empty."), noHtml),
  alias: v.optional(v.pipe(text(512), v.nonEmpty())),
  description: v.optional(v.pipe(text(15_000), noHtml)),
  responders: v.optional(v.array(v.object({ type: v.string() }))),
  tags: v.optional(v.pipe(v.array(v.pipe(text(50), v.nonEmpty(), noHtml)), v.maxLength(20))),
  details: v.optional(v.pipe(
    v.record(v.string(), v.pipe(v.string(), noHtml)),
    v.check((details) => Object.entries(details).flat().join("").length <= 8_000, "over 8000"),
  )),
  entity: v.optional(text(512)),
  source: v.optional(text(100)),
  priority: v.optional(v.picklist(["P1", "P2", "P3", "P4", "P5"])),
  user: v.optional(text(100)),
  note: v.optional(text(25_000)),
});

const CloseSchema = v.strictObject({
  user: v.optional(text(100)),
  source: v.optional(text(100)),
  note: v.optional(text(25_000)),
});

/** The receiver. */
export const jsmReceiver: HttpReceiver = async (request) => {
  const { pathname, searchParams } = new URL(request.url);
  const told = { took: 0.01, requestId: "43a29c5c-3dbf-4fa4-9c26-f4f71023e120" };
  const [_, alias, action] =
    /^\/jsm\/ops\/integration\/v2\/alerts(?:\/([^/]+)\/(\w+))?$/.exec(pathname) ?? [];
  if (_ === undefined || action !== undefined && action !== "close") return json(404, told);
  if (request.headers.get("authorization") !== `GenieKey ${SAMPLE_OPTIONS.jsm.apiKey}`) {
    return json(401, { message: "Could not authenticate", ...told });
  }
  // Without it, the alias would be taken for the id of an alert, and nothing be closed.
  if (alias !== undefined && searchParams.get("identifierType") !== "alias") {
    return json(422, { message: "Identifier is not a valid id", ...told });
  }
  const body = parseStrictly(await request.text());
  if (typeof body !== "object") return json(400, { message: "Could not parse the body", ...told });
  const issues = issuesOf(action === "close" ? CloseSchema : CreateSchema, body);
  if (issues.length > 0) {
    const message = "Request body is not processable. Please check the errors.";
    return json(422, { message, errors: issues, ...told });
  }
  return json(202, { result: "Request will be processed", ...told });
};
