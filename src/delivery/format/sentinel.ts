import { bodyWithin } from "./body_within.ts";
import { entitiesOf } from "./entities.ts";
import { type Format, NO_OPTIONS } from "./format.ts";
import { alertIdOf, happenedAt, messageData } from "./message_data.ts";
import { MAX_BODY_BYTES } from "./standard.ts";
import { wellFormedJson } from "./well_formed_json.ts";

/**
 * Microsoft Sentinel, by the Logs Ingestion API of Azure Monitor: one row of the stream that
 * `docs/formats.md` declares. The API takes 1 MB, but cuts a value at 64 KB, as which `Alert` counts:
 * so the whole body is kept within 64 KiB.
 *
 * The API wants an access token of Entra, which lives for an hour. A format makes a request and
 * fetches nothing, so something that has a managed identity has to stand in front.
 */
export const sentinel: Format<Record<string, never>> = {
  optionsSchema: NO_OPTIONS,
  signs: "never",
  closes: false,
  request: (content, { linkTo }) => ({
    headers: { "content-type": "application/json" },
    body: bodyWithin(MAX_BODY_BYTES, content, (content) => {
      const { id, level, rule, summary } = content.type === "alert.folded"
        ? content.folded
        : content.alert;
      const { users, places, accountGroups, resources } = entitiesOf(content);
      const data = messageData(content, linkTo);
      return wellFormedJson([{
        TimeGenerated: new Date(happenedAt(content)).toISOString(),
        RecordedTime: new Date(content.at).toISOString(),
        MessageType: content.type,
        MessageId: id,
        AlertId: alertIdOf(content),
        Level: level,
        Summary: summary,
        RuleId: rule.id,
        RuleTitle: rule.title,
        Users: users,
        Addresses: places,
        AccountGroups: accountGroups,
        Resources: resources,
        Link: data["link"] ?? "",
        Alert: data,
      }]);
    }),
  }),
};
