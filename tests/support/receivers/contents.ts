/** What messages tell in tests: everyday ones and hostile ones. */
import type { AlertLevel } from "../../../src/alert/alert.ts";
import { toAlert } from "../../../src/alert/to_alert.ts";
import type { MessageContent } from "../../../src/delivery/format/format.ts";
import type { UserEvent } from "../../../src/thousandeyes/event/user_event.ts";

/** When it happened. */
export const AT = Date.parse("2026-11-22T10:00:05.250Z");

type Created = Extract<MessageContent, { type: "alert.created" }>;

/** An alert about one event. */
export function created(
  event: UserEvent<Record<string, unknown>> = {},
  rule: { title?: string; level?: AlertLevel; tags?: string[]; description?: string } = {},
): Created {
  const usual = {
    date: "2026-11-22T10:00:00Z",
    event: "Login failed.",
    user: "Ana Diaz (ana@example.org)",
    uid: "245",
    aid: "75",
    accountGroupName: "Network operations",
    ipAddress: "192.0.2.44",
  };
  const alert = toAlert(
    {
      id: "5d6d9e3f-0000-4000-8000-000000000000",
      title: "ThousandEyes Login Failed",
      level: "high",
      status: "stable",
      description: "Somebody failed to log in.",
      author: "Panoptes",
      tags: ["attack.t1110", "attack.credential-access"],
      references: ["https://attack.mitre.org/techniques/T1110/"],
      falsepositives: ["A mistyped password"],
      custom: { panoptes: { runbook: "Look for further failures of the same user or address" } },
      ...rule,
    },
    { ...usual, ...event },
    {
      identity: '["login"]',
      occurrence: 1,
      eventId: "0mwtoidzxqilknq.75",
      at: Date.parse(usual.date),
      matched: [{ field: "event", value: "Login failed.", item: "event|contains|all: login" }],
    },
  );
  return { type: "alert.created", alert, at: AT };
}

/** The alert of a correlation over two rules, with a resource and two users. */
export function correlated(): Created {
  const { alert } = created();
  const second: UserEvent = {
    date: "2026-11-22T09:59:00Z",
    event: "Test deleted.",
    user: "Ben Ode (ben@example.org)",
    ipAddress: "2001:db8::7",
    resources: [{ type: "testName", name: "payments-api" }],
  };
  return {
    type: "alert.created",
    at: AT,
    alert: {
      ...alert,
      summary: "Alerts disabled, then tests deleted: 2 events in a minute",
      firstAt: "2026-11-22T09:59:00.000Z",
      group: [{ field: "aid", value: "75" }],
      parts: [
        { ruleId: "a", title: "Alert rule disabled", count: 1, firstAt: null, lastAt: null },
        { ruleId: "b", title: "Test deleted", count: 1, firstAt: null, lastAt: null },
      ],
      eventCount: 2,
      events: [{ id: "0mwtoidzxqilknq.74", occurrence: 1, event: second }, ...alert.events],
      matched: [],
    },
  };
}

/** An alert about Panoptes itself: no event, no date. */
export function operational(): Created {
  const { alert } = created();
  return {
    type: "alert.created",
    at: AT,
    alert: { ...alert, firstAt: null, lastAt: null, eventCount: 0, events: [], matched: [] },
  };
}

/** The count of repeats of the alert of `created()`. */
export function folded(): MessageContent {
  const { alert } = created();
  return {
    type: "alert.folded",
    at: AT,
    folded: {
      version: 1,
      id: "p2m7xcbd5xk2hbgj3u6y4q3yq7i5m2ra",
      level: "high",
      summary: "ThousandEyes Login Failed: 12 more in 24 hours, Ana Diaz (ana@example.org)",
      rule: { id: alert.rule.id, title: alert.rule.title },
      group: [{ field: "user", value: "Ana Diaz (ana@example.org)" }],
      count: 12,
      first: alert.id,
      last: "cj7vm2rhgeoqly2c5fyp724wozmdkdiz",
      from: "2026-11-22T10:00:00.000Z",
      until: "2026-11-23T10:00:00.000Z",
    },
  };
}

/** The closing of the alert of `created()`. */
export function closed(): MessageContent {
  return { ...created(), type: "alert.closed" };
}

/** Text that some receiver or shell could take for more than text. */
export const HOSTILE =
  '"},{"forged":true}\r\n{"create":{}}\n\u0000\u2028\u202e<script>alert(1)</script> ' +
  "<!channel> [x](https://evil.example) ${7*7} {{7*7}} %0a, level:low \ud800 👩‍👩‍👧‍👦 שלום";

/** An alert whose every text of an event is hostile. */
export function hostile(): Created {
  return created({
    event: HOSTILE,
    user: `${HOSTILE} (${HOSTILE})`,
    uid: HOSTILE,
    aid: HOSTILE,
    accountGroupName: HOSTILE,
    ipAddress: HOSTILE,
    date: HOSTILE,
    resources: [{ type: HOSTILE, name: HOSTILE }],
    [HOSTILE]: HOSTILE,
  });
}

/** The usual contents, by name. */
export const CONTENTS: Readonly<Record<string, MessageContent>> = {
  created: created(),
  correlated: correlated(),
  operational: operational(),
  hostile: hostile(),
  folded: folded(),
};
