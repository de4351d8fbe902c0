/** What the consumers of every runtime do with the package: something of each of its exports. */
import {
  match,
  parseDate,
  streamUserEvents,
  ThousandEyesError,
  toWebhook,
  type UserEvent,
  userEventStream,
} from "@panoptes/user-events";
import { firstPageUrl, readPage } from "@panoptes/user-events/client";
import { rules } from "@panoptes/user-events/rules";
import { parseSigma, RuleSet } from "@panoptes/user-events/sigma";
import { regexesOf, RuleSet as CompiledRuleSet } from "@panoptes/user-events/sigma/engine";
import { lintFiles } from "@panoptes/user-events/sigma/lint";

/** Where the API is. */
export interface Api {
  baseUrl: string;
  token: string;
}

/** What a consumer has found. */
export interface Found {
  events: number;
  streamed: number;
  onFirstPage: number;
  undated: number;
  matches: number;
  shipped: number;
  problems: string[];
  refused: string;
  delivered: string[];
}

const RULE = `
title: Test deleted
logsource: { product: thousandeyes, service: audit }
detection: { selection: { event|re: '^Test \\w+\\.$' }, condition: selection }
`;

/** Reads the log in each way, and runs rules on it. */
export async function consume({ baseUrl, token }: Api): Promise<Found> {
  const options = { token, baseUrl, window: "1h" };
  const events: UserEvent[] = [];
  for await (const event of streamUserEvents(options)) events.push(event);
  const reader = userEventStream(options).getReader();
  let streamed = 0;
  while (!(await reader.read()).done) streamed++;
  const now = Date.now();
  const url = firstPageUrl(baseUrl, { startDate: now - 3_600_000, endDate: now });
  const page = await readPage(url, { token, baseUrl });
  const ruleSet = new RuleSet(parseSigma(RULE).rules);
  const shipped = new CompiledRuleSet(rules.rules, {
    ...(rules.placeholders && { placeholders: rules.placeholders }),
    regexes: regexesOf(rules.regexes ?? []),
  });
  const delivered: string[] = [];
  const receive = toWebhook({
    url: baseUrl.replace(/v7$/, "hook"),
    allowHttpLoopback: true,
    secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    minLevel: "low",
  });
  const alerts = match(rules, { only: ["thousandeyes_test_deleted"] })(events);
  for await (const { rule } of receive(alerts)) delivered.push(rule.title);
  let refused = "";
  try {
    for await (const _ of streamUserEvents({ ...options, token: "wrong" }));
  } catch (error) {
    if (error instanceof ThousandEyesError) refused = error.code;
  }
  return {
    events: events.length,
    streamed,
    onFirstPage: page.events.length,
    undated: events.filter(({ date }) => parseDate(date ?? "") === undefined).length,
    matches: events.reduce((sum, event) => sum + ruleSet.match(event).length, 0),
    shipped: shipped.rules.length,
    problems: lintFiles([{ file: "rule.yml", text: RULE.replace("|re", "|ree") }])
      .flatMap(({ code, severity }) => severity === "error" ? [code] : []),
    refused,
    delivered,
  };
}
