import type { FormatName } from "../../../src/delivery/format/formats.ts";
import { cloudeventsReceiver } from "./cloudevents.ts";
import { datadogReceiver } from "./datadog.ts";
import { jsmReceiver } from "./jsm.ts";
import { pagerdutyReceiver } from "./pagerduty.ts";
import type { HttpReceiver } from "./http_receiver.ts";
import { splunkHecReceiver } from "./splunk_hec.ts";

/** The receiver of each format, and the path of the URL that an operator is given. */
export const SIEM_RECEIVERS: Readonly<
  Partial<Record<FormatName, { readonly receiver: HttpReceiver; readonly path: string }>>
> = {
  cloudevents: { receiver: cloudeventsReceiver, path: "/events" },
  pagerduty: { receiver: pagerdutyReceiver, path: "/v2/enqueue" },
  jsm: { receiver: jsmReceiver, path: "/jsm/ops/integration/v2/alerts" },
  "splunk-hec": { receiver: splunkHecReceiver, path: "/services/collector/event" },
  datadog: { receiver: datadogReceiver, path: "/api/v2/logs" },
};
