import type { FormatName } from "../../../src/delivery/format/formats.ts";
import { cloudeventsReceiver } from "./cloudevents.ts";
import { datadogReceiver } from "./datadog.ts";
import { jsmReceiver } from "./jsm.ts";
import { ocsfReceiver } from "./ocsf.ts";
import { pagerdutyReceiver } from "./pagerduty.ts";
import { createElasticReceiver } from "./elastic.ts";
import type { HttpReceiver, SendOptions } from "./http_receiver.ts";
import { SENTINEL_HEADERS, SENTINEL_PATH, sentinelReceiver } from "./sentinel.ts";
import { splunkHecReceiver } from "./splunk_hec.ts";

/** The receiver of each format, and what an operator is given besides the key. */
export const SIEM_RECEIVERS: Readonly<
  Partial<
    Record<
      FormatName,
      Pick<SendOptions, "path" | "headers"> & { readonly receiver: HttpReceiver }
    >
  >
> = {
  cloudevents: { receiver: cloudeventsReceiver, path: "/events" },
  pagerduty: { receiver: pagerdutyReceiver, path: "/v2/enqueue" },
  jsm: { receiver: jsmReceiver, path: "/jsm/ops/integration/v2/alerts" },
  "splunk-hec": { receiver: splunkHecReceiver, path: "/services/collector/event" },
  datadog: { receiver: datadogReceiver, path: "/api/v2/logs" },
  elastic: { receiver: createElasticReceiver(), path: "/" },
  sentinel: { receiver: sentinelReceiver, path: SENTINEL_PATH, headers: SENTINEL_HEADERS },
  ocsf: { receiver: ocsfReceiver, path: "/ocsf" },
};
