import type { Clock } from "../stream/clock.ts";
import { ordinaryActivity } from "./activity.ts";
import type { NewEvent } from "./api_event.ts";
import type { Organisation } from "./organisation.ts";
import { tellStory } from "./story.ts";

/** The options of a live scenario. */
export interface LiveScenarioOptions {
  readonly organisation: Organisation;
  readonly random: () => number;
  readonly clock: Clock;
  /** The average number of events per minute, above zero. */
  readonly perMinute: number;
  readonly publish: (event: NewEvent) => void;
  /** Called when a suspicious story begins. */
  readonly onStory?: (title: string) => void;
  readonly signal: AbortSignal;
}

/** The average number of ordinary events between two stories; the first story begins after two. */
const BETWEEN_STORIES = 25;
/** One ordinary event in this many appears late, with a date in the past. */
const ONE_LATE_IN = 30;
const MAX_DELAY_MS = 3 * 3600_000;

/**
 * Publishes the activity of an organisation as time passes: mostly ordinary, with a suspicious
 * story now and then, and with duplicates in one second and late arrivals.
 *
 * @param options What happens, and how fast.
 * @returns A promise that resolves when the signal aborts.
 */
export async function liveScenario(options: LiveScenarioOptions): Promise<void> {
  const { organisation, random, clock, signal } = options;
  let untilStory = 2;
  let queue: readonly NewEvent[] = [];
  while (!signal.aborted) {
    const pause = 60_000 / options.perMinute * (0.5 + random());
    await clock.wait(pause, signal).catch(() => {});
    if (signal.aborted) return;
    const [next, twin] = queue;
    if (next !== undefined) {
      options.publish({ ...next, date: clock.now() });
      const twins = next === twin;
      if (twins) options.publish({ ...next, date: clock.now() });
      queue = queue.slice(twins ? 2 : 1);
    } else if (untilStory <= 0) {
      const story = tellStory(organisation, random);
      options.onStory?.(story.title);
      queue = story.events;
      untilStory = Math.ceil(random() * 2 * BETWEEN_STORIES);
    } else {
      untilStory -= 1;
      const late = random() * ONE_LATE_IN < 1;
      const delay = late ? random() ** 3 * MAX_DELAY_MS : 0;
      options.publish({ ...ordinaryActivity(organisation, random), date: clock.now() - delay });
    }
  }
}
