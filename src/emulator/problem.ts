import type { FaultName } from "./fault.ts";

/** The path of the one resource that is emulated. */
export const AUDIT_PATH = "/v7/audit-user-events";

const PROBLEM = "application/problem+json;charset=UTF-8";

/**
 * Makes an error as the API documents it: a problem document.
 *
 * @param status The HTTP status.
 * @param members The members of the body besides `type` and `status`.
 * @param headers More headers.
 */
export function problem(
  status: number,
  members: Record<string, unknown>,
  headers: HeadersInit = {},
): Response {
  const all = new Headers(headers);
  all.set("content-type", PROBLEM);
  return Response.json({ type: "about:blank", status, ...members }, { status, headers: all });
}

/**
 * Makes a 400 in one of its three shapes.
 *
 * @param field The invalid parameter.
 * @param message What is wrong with it.
 * @param faults Chooses the shape.
 * @param headers The rate headers.
 */
export function badRequest(
  field: string,
  message: string,
  faults: ReadonlySet<FaultName>,
  headers: HeadersInit,
): Response {
  const instance = AUDIT_PATH;
  if (faults.has("title-only-400")) {
    const title =
      `There were some errors in your request, please correct them before trying again. Error in field ${field} : ${message}.`;
    return problem(400, { title, instance }, headers);
  }
  if (faults.has("old-error-shape")) {
    return Response.json(
      { timestamp: 0, httpStatus: "BAD_REQUEST", errors: [message], path: instance },
      { status: 400, headers },
    );
  }
  return problem(400, {
    title: "Request validation failed. There are invalid or missing fields",
    detail: "Your request object contains invalid fields.",
    instance,
    errors: [{ code: "EMULATOR-400", field, message }],
  }, headers);
}
