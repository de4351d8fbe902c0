import { openLog } from "../../src/store/open_log.ts";
import { checkAlerts } from "./check_alerts.ts";
import { checkCorrelations } from "./check_correlations.ts";
import { checkDeliveries } from "./check_deliveries.ts";
import { checkEvents } from "./check_events.ts";
import { checkFolds } from "./check_folds.ts";
import { checkSilences } from "./check_silences.ts";
import { checkInvalid } from "./check_invalid.ts";
import { checkSilence } from "./check_silence.ts";
import type { Plan } from "./plan.ts";
import type { Published } from "./publish.ts";
import type { SsePlace } from "./sse_place.ts";
import type { Storage } from "./storage.ts";
import type { World } from "./world.ts";

/** Everything that the checker looks at. */
export interface Finished {
  readonly plan: Plan;
  readonly published: readonly Published[];
  readonly world: World;
  readonly storage: Storage;
}

/** Checks the promises. Returns one line for each violation. */
export function check(finished: Finished): string[] {
  const { world, storage } = finished;
  return [
    ...world.errors,
    ...world.pusher.wrong,
    ...checkEvents(finished),
    ...checkInvalid(finished),
    ...checkAlerts(finished),
    ...checkCorrelations(finished),
    ...checkSilence(finished),
    ...checkDeliveries(finished),
    ...checkFolds(finished),
    ...checkSilences(finished),
    ...world.places.flatMap((place, n) => checkPlace(place, n, world)),
    ...checkReaders(storage),
  ];
}

function checkPlace(place: SsePlace, n: number, { books }: World): string[] {
  const wrong = place.wrong.map((line) => `client ${n} of ${line}`);
  const { epoch, newest } = books.headOf(place.table);
  const { seen } = place;
  if (seen.epoch !== epoch || seen.seq !== newest) {
    wrong.push(
      `client ${n} of ${place.table}: has seen up to ${seen.epoch}.${seen.seq}, but the log goes to ${epoch}.${newest}`,
    );
  }
  return wrong;
}

/** The log can be read, whatever is in it. */
function checkReaders({ sql }: Storage): string[] {
  const log = openLog(sql, { now: 0, random: () => 0 });
  try {
    log.eventsAfter(0, 1e6);
    log.alertsAfter(0, 1e6);
    log.invalidEvents(0, 1e6);
    log.deliveries({ limit: 1e6 });
    log.counts();
    return [];
  } catch (error) {
    return [`the log cannot be read: ${error}`];
  }
}
