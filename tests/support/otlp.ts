import { parseDate } from "../../src/thousandeyes/event/parse_date.ts";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";
import type { PushedRecord } from "../../src/thousandeyes/otlp/decode_logs.ts";

interface KeyValue {
  readonly key: string;
  readonly value: unknown;
}

/** An attribute with a text. */
export function attribute(key: string, stringValue: string | undefined): KeyValue[] {
  return stringValue === undefined ? [] : [{ key, value: { stringValue } }];
}

/**
 * An event of the API as ThousandEyes documents the log record of it.
 *
 * @param event The event.
 * @param fraction How much later than its whole second it happened, in nanoseconds.
 */
export function pushedRecord(event: UserEvent, fraction = 0): PushedRecord {
  const { aid, accountGroupName, date = "", ipAddress, uid, user, resources } = event;
  const [, name = user, email] = /^(.*) \((.*)\)$/.exec(user ?? "") ?? [];
  const lists = resources?.map(({ type, name }) => ({
    kvlistValue: { values: [...attribute("type", type), ...attribute("name", name)] },
  }));
  return {
    resource: [
      ...attribute("thousandeyes.account.id", aid),
      ...attribute("thousandeyes.account.name", accountGroupName),
      ...attribute("thousandeyes.data.version", "v2"),
    ],
    record: {
      timeUnixNano: String(BigInt(parseDate(date) ?? 0) * 1_000_000n + BigInt(fraction)),
      severityText: "INFO",
      severityNumber: 9,
      body: { stringValue: event.event },
      attributes: [
        ...attribute("thousandeyes.user.id", uid),
        ...attribute("thousandeyes.user.name", name),
        ...attribute("thousandeyes.user.email", email),
        ...attribute("thousandeyes.user.address", ipAddress),
        ...(lists === undefined ? [] : [{
          key: "thousandeyes.activitylog.resources",
          value: { arrayValue: { values: lists } },
        }]),
      ],
    },
  };
}

/** Log records as the body of a request in OTLP/JSON. */
export function logsRequest(records: readonly PushedRecord[]): string {
  return JSON.stringify({
    resourceLogs: records.map(({ resource, record }) => ({
      resource: { attributes: resource },
      scopeLogs: [{ logRecords: [record] }],
    })),
  });
}
