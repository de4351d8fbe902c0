import { cloudevents } from "./cloudevents.ts";
import { datadog } from "./datadog.ts";
import { discord } from "./discord.ts";
import { elastic } from "./elastic.ts";
import type { Format } from "./format.ts";
import { googleChat } from "./google_chat.ts";
import { jsm } from "./jsm.ts";
import { mattermost } from "./mattermost.ts";
import { ocsf } from "./ocsf.ts";
import { pagerduty } from "./pagerduty.ts";
import { sentinel } from "./sentinel.ts";
import { slack } from "./slack.ts";
import { splunkHec } from "./splunk_hec.ts";
import { standard } from "./standard.ts";
import { teams } from "./teams.ts";
import { telegram } from "./telegram.ts";
import { template } from "./template.ts";

/** The formats, by their name in an endpoint's configuration. */
export const formats = {
  standard,
  template,
  slack,
  teams,
  "google-chat": googleChat,
  discord,
  telegram,
  mattermost,
  cloudevents,
  pagerduty,
  jsm,
  "splunk-hec": splunkHec,
  datadog,
  elastic,
  sentinel,
  ocsf,
} satisfies Readonly<Record<string, Format>>;

/** The name of a format. */
export type FormatName = InferredFormatName;

/**
 * Named so that the documentation does not have to list the formats.
 *
 * @internal
 */
export type InferredFormatName = keyof typeof formats;

/** All names of formats. */
export const FORMAT_NAMES = Object.keys(formats) as readonly FormatName[];

/**
 * The format of a name.
 *
 * @param name The name.
 * @returns The format; its `options` are whatever its own schema returned.
 */
export function formatOf(name: FormatName): Format {
  return formats[name];
}
