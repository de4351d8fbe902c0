/**
 * A collector that validates OCSF Detection Findings.
 *
 * Attributes, requirements and constraints of version 1.8.0:
 * https://schema.ocsf.io/1.8.0/classes/detection_finding, and the objects metadata, finding_info,
 * evidences, actor, user, network_endpoint, resource_details, analytic, attack, related_event and
 * remediation; the sources are in https://github.com/ocsf/ocsf-schema.
 *
 * @module
 */
import { isIP } from "node:net";
import * as v from "valibot";
import { bytesOf, type HttpReceiver, issuesOf, json, parseStrictly } from "./http_receiver.ts";

const text = v.string();
// timestamp_t: milliseconds since the Unix epoch.
const time = v.pipe(v.number(), v.safeInteger());
const id = v.pipe(v.number(), v.integer());

/** The constraint `at_least_one` of an object. */
function atLeastOne<T extends object>(...names: string[]) {
  const message = `has none of ${names}`;
  return v.check<T, string>((object) => names.some((name) => name in object), message);
}

// _entity
const named = v.pipe(
  v.strictObject({ name: v.optional(text), uid: v.optional(text) }),
  atLeastOne("name", "uid"),
);
const product = v.pipe(
  v.strictObject({ name: v.optional(text), uid: v.optional(text), vendor_name: v.optional(text) }),
  atLeastOne("name", "uid"),
);
const resources = v.array(v.pipe(
  v.strictObject({ name: v.optional(text), uid: v.optional(text), type: v.optional(text) }),
  atLeastOne("name", "uid"),
));
const user = v.pipe(
  v.strictObject({ name: v.optional(text), uid: v.optional(text), email_addr: v.optional(text) }),
  atLeastOne("account", "name", "uid"),
);

const EvidenceSchema = v.pipe(
  v.strictObject({
    uid: v.optional(text),
    actor: v.optional(v.strictObject({ user })),
    src_endpoint: v.optional(v.pipe(
      v.strictObject({
        ip: v.optional(v.pipe(text, v.check((ip) => isIP(ip) !== 0))),
        name: v.optional(text),
      }),
      atLeastOne("ip", "name"),
    )),
    resources: v.optional(resources),
    data: v.optional(v.record(text, v.unknown())),
  }),
  atLeastOne("actor", "src_endpoint", "resources", "data"),
);

/** Classes of events and their activities, by version. */
const EVENT_TYPES: Readonly<Record<string, readonly number[]>> = {
  "1.8.0": [300100, 300101, 300106, 300199],
  "1.9.0": [300700, 300701, 300702, 300703, 300799],
};
const EVENT_TYPES_OF_BOTH = [3002, 3004, 6003].flatMap((uid) =>
  [0, 1, 2, ...(uid === 3002 ? [] : [3, 4]), 99].map((activity) => uid * 100 + activity)
);

/** A finding. */
export const DetectionFindingSchema = v.pipe(
  v.strictObject({
    activity_id: v.picklist([1, 2, 3]),
    activity_name: v.optional(text),
    category_uid: v.literal(2),
    category_name: v.optional(v.literal("Findings")),
    class_uid: v.literal(2004),
    class_name: v.optional(v.literal("Detection Finding")),
    type_uid: id,
    type_name: v.optional(text),
    severity_id: v.picklist([0, 1, 2, 3, 4, 5, 6, 99]),
    severity: v.optional(text),
    status_id: v.optional(v.picklist([0, 1, 2, 3, 4, 5, 6, 99])),
    status: v.optional(text),
    time,
    start_time: v.optional(time),
    end_time: v.optional(time),
    count: v.optional(v.pipe(id, v.minValue(1))),
    is_alert: v.optional(v.boolean()),
    message: v.optional(text),
    metadata: v.strictObject({
      version: v.picklist(["1.8.0", "1.9.0"]),
      uid: v.optional(text),
      product,
      log_name: v.optional(text),
      is_truncated: v.optional(v.boolean()),
    }),
    finding_info: v.strictObject({
      uid: v.pipe(text, v.nonEmpty()),
      title: v.optional(text),
      desc: v.optional(text),
      created_time: v.optional(time),
      modified_time: v.optional(time),
      first_seen_time: v.optional(time),
      last_seen_time: v.optional(time),
      analytic: v.optional(v.pipe(
        v.strictObject({
          type_id: v.picklist([0, 1, 2, 3, 4, 99]),
          type: v.optional(text),
          uid: v.optional(text),
          name: v.optional(text),
        }),
        atLeastOne("name", "uid"),
      )),
      attacks: v.optional(v.array(v.pipe(
        v.strictObject({
          tactic: v.optional(named),
          technique: v.optional(named),
          sub_technique: v.optional(named),
        }),
        atLeastOne("tactic", "technique", "sub_technique"),
      ))),
      data_sources: v.optional(v.array(text)),
      related_events: v.optional(v.array(v.strictObject({
        uid: text,
        type_uid: v.optional(id),
        type_name: v.optional(text),
        title: v.optional(text),
        created_time: v.optional(time),
        product: v.optional(product),
      }))),
      related_events_count: v.optional(v.pipe(id, v.minValue(0))),
      src_url: v.optional(v.pipe(text, v.url())),
    }),
    evidences: v.optional(v.array(EvidenceSchema)),
    resources: v.optional(resources),
    remediation: v.optional(
      v.strictObject({ desc: text, references: v.optional(v.array(text)) }),
    ),
    unmapped: v.optional(v.record(text, v.unknown())),
  }),
  v.check(
    ({ class_uid, activity_id, type_uid }) => type_uid === class_uid * 100 + activity_id,
    "type_uid is not that of the class and the activity",
  ),
  v.check(
    ({ metadata: { version }, finding_info: { related_events = [] } }) =>
      related_events.every(({ type_uid }) =>
        type_uid === undefined ||
        [...EVENT_TYPES[version] ?? [], ...EVENT_TYPES_OF_BOTH].includes(type_uid)
      ),
    "a related event is of a type that this version does not have",
  ),
);

/** The receiver. */
export const ocsfReceiver: HttpReceiver = async (request) => {
  if (!/^application\/json(;|$)/.test(request.headers.get("content-type") ?? "")) {
    return json(415, { error: "the content type is not application/json" });
  }
  const body = await request.text();
  if (bytesOf(body) > 65_536) return json(413, { error: "larger than 64 KiB" });
  const issues = issuesOf(DetectionFindingSchema, parseStrictly(body));
  return issues.length > 0 ? json(400, { issues }) : json(200, { accepted: 1 });
};
