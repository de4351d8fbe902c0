import type { FormatName } from "../../../src/delivery/format/formats.ts";

/** Valid options of each format, with made-up keys. */
export const SAMPLE_OPTIONS = {
  standard: {},
  template: {
    template: {
      title: "{{heading}}",
      text: "{{text}}",
      labels: "{{rule.tags}}",
      external_id: "panoptes-{{id}}",
    },
  },
  slack: {},
  teams: {},
  "google-chat": {},
  discord: {},
  telegram: { chatId: -1001234567890 },
  mattermost: {},
  cloudevents: {},
  pagerduty: { routingKey: "R01MADEUPROUTINGKEY0000000000001" },
  jsm: { apiKey: "00000000-made-up00-0000-000000000001" },
  "splunk-hec": { token: "00000000-made-up00-0000-000000000000" },
  datadog: { apiKey: "0123456789abcdef0123456789abcdef" },
  elastic: { apiKey: "bWFkZXVwOjAwMDAwMDAwMDAwMDAwMDAwMDAwMA==" },
  sentinel: {},
  ocsf: {},
} satisfies Readonly<Record<FormatName, Readonly<Record<string, unknown>>>>;
