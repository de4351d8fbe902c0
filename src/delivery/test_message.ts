import type { Alert, AlertLevel } from "../alert/alert.ts";
import { alertId } from "../alert/alert_id.ts";
import { hintFor } from "./answer_text.ts";
import type { DispatchPorts } from "./dispatch_outbox.ts";
import type { Endpoint } from "./endpoint.ts";
import { formatOf } from "./format/formats.ts";
import type { Outcome } from "./outcome.ts";

/** The rule id of test messages: no file in `rules/`, but a name that receivers can route by. */
const TEST_RULE = "panoptes-test";

/** What a test message is about. */
export interface TestOptions {
  /** The level of the sample alert. */
  readonly level: AlertLevel;
  /** The name of the token whose holder sends it. */
  readonly by: string;
  /** Ends the attempt early. */
  readonly signal?: AbortSignal;
}

/** How a test ended. */
export interface TestResult {
  /** The `webhook-id` of the message. */
  readonly webhookId: string;
  /** How the attempt ended. */
  readonly outcome: Outcome;
  /** What to do about it; null if the message was accepted. */
  readonly hint: string | null;
}

/**
 * Sends a sample alert to an endpoint, in its format and with its signature, at once and once. It is
 * no message of the outbox, and is not tried again.
 *
 * @param endpoint The endpoint.
 * @param options What the sample is like.
 * @param ports Time, and what posts the message.
 * @returns How it ended, within the endpoint's `timeoutMs`.
 * @throws {unknown} The reason of the signal, or if a secret is malformed.
 */
export async function sendTestMessage(
  endpoint: Endpoint,
  { level, by, signal }: TestOptions,
  { clock, attempt }: Pick<DispatchPorts, "clock" | "attempt">,
): Promise<TestResult> {
  const at = clock.now();
  const alert = sampleAlert(level, by, at);
  const { id: webhookId } = alert;
  const outcome = await attemptOf(alert, endpoint);
  const { kind, code, status = null } = outcome;
  return { webhookId, outcome, hint: kind === "ok" ? null : hintFor({ code, status }) };

  async function attemptOf(alert: Alert, endpoint: Endpoint): Promise<Outcome> {
    let request;
    try {
      request = formatOf(endpoint.format).request({ type: "alert.created", alert, at }, {
        options: endpoint.options,
        linkTo: () => undefined, // the log has no such alert
      });
    } catch {
      return { kind: "permanent", code: "body_failed", at, durationMs: 0 };
    }
    return await attempt({ webhookId, request }, endpoint, signal);
  }
}

/** An alert that looks like others, and says in every place that people read that it is a test. */
function sampleAlert(level: AlertLevel, by: string, at: number): Alert {
  const time = new Date(at).toISOString();
  const event = {
    aid: "0",
    accountGroupName: "Test of Panoptes",
    date: time,
    event: "This is a test of Panoptes.",
    ipAddress: "192.0.2.1",
    user: "Test of Panoptes (test@example.com)",
    resources: [{ type: "testName", name: "A sample test" }],
  };
  return {
    version: 1,
    id: alertId(TEST_RULE, `${by} ${at}`, 1),
    level,
    summary: `Test: this is a sample alert that ${by || "somebody"} has sent; nothing has happened`,
    backfilled: false,
    firstAt: time,
    lastAt: time,
    rule: {
      id: TEST_RULE,
      title: "Test message of Panoptes",
      description: "A sample alert, to see whether this endpoint works. Nothing has happened.",
      runbook: "Nothing needs to be done.",
      tags: ["panoptes.test"],
      references: [],
      falsepositives: [],
    },
    eventCount: 1,
    events: [{ id: null, occurrence: 1, event }],
    matched: [{ field: "event", value: event.event, item: "event|contains: test of Panoptes" }],
  };
}
