import type { Route } from "./route.ts";
import { alertRoutes } from "./routes/alert.ts";
import { backtestRoute } from "./routes/backtest.ts";
import { backupRoute, restoreRoute } from "./routes/backup.ts";
import { changesRoute } from "./routes/changes.ts";
import { deliveryRoutes } from "./routes/deliveries.ts";
import { endpointRoutes } from "./routes/endpoints.ts";
import { epochRoute } from "./routes/epoch.ts";
import { feedRoutes } from "./routes/events_and_alerts.ts";
import { intakeRoutes } from "./routes/intake.ts";
import { invalidEventsRoute } from "./routes/invalid_events.ts";
import { metricsRoute } from "./routes/metrics.ts";
import { ruleSourceRoute, rulesRoute } from "./routes/rules.ts";
import { silenceRoutes } from "./routes/silences.ts";
import { sourcesRoute } from "./routes/sources.ts";
import { statusRoute } from "./routes/status.ts";
import { webhookKeysRoute } from "./routes/webhook_keys.ts";

const table = [
  ...feedRoutes,
  ...alertRoutes,
  statusRoute,
  sourcesRoute,
  metricsRoute,
  rulesRoute,
  ruleSourceRoute,
  backtestRoute,
  invalidEventsRoute,
  ...intakeRoutes,
  ...deliveryRoutes,
  ...endpointRoutes,
  changesRoute,
  ...silenceRoutes,
  epochRoute,
  backupRoute,
  restoreRoute,
  webhookKeysRoute,
] as const;

/** Every route over the log; `/healthz`, which needs no token and no log, is the gateway's own. */
export const routes: readonly Route[] = table;

/** All of them, with what each accepts and answers. */
export type TypedRoute = typeof table[number];
