import type { Clock } from "../stream/clock.ts";
import { ordinaryActivity } from "./activity.ts";
import type { NewEvent } from "./api_event.ts";
import type { Organisation } from "./organisation.ts";
import { ACCOUNT_TAKEOVER, tellStory } from "./story.ts";

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

/** How many ordinary events precede the first story. */
const BEFORE_STORIES = 1;
/**
 * The average number of ordinary events between two stories: an organisation under attack has calm
 * times too.
 */
const BETWEEN_STORIES = 200;
/** One ordinary event in this many appears late, with a date in the past. */
const ONE_LATE_IN = 30;
const MAX_DELAY_MS = 3 * 3600_000;

/**
 * Publishes the activity of an organisation as time passes: soon an account is taken over, and then
 * nearly everything is ordinary, with a suspicious story now and then, and with duplicates in one
 * second and late arrivals.
 *
 * @param options What happens, and how fast.
 * @returns A promise that resolves when the signal aborts.
 */
export async function liveScenario(options: LiveScenarioOptions): Promise<void> {
  const { organisation, random, clock, signal } = options;
  let untilStory = BEFORE_STORIES;
  let title: string | undefined = ACCOUNT_TAKEOVER;
  let queue: readonly NewEvent[] = [];
  while (!signal.aborted) {
    const pause = 60_000 / options.perMinute * (0.5 + random());
    const [next, twin] = queue;
    if (next !== undefined) {
      options.publish({ ...next, date: clock.now() });
      const twins = next === twin;
      if (twins) options.publish({ ...next, date: clock.now() });
      queue = queue.slice(twins ? 2 : 1);
    } else if (untilStory <= 0) {
      const story = tellStory(organisation, random, title);
      options.onStory?.(story.title);
      queue = story.events;
      title = undefined; // any
      untilStory = Math.ceil((0.5 + random()) * BETWEEN_STORIES);
      continue; // its first event comes at once
    } else {
      untilStory -= 1;
      const late = random() * ONE_LATE_IN < 1;
      const delay = late ? random() ** 3 * MAX_DELAY_MS : 0;
      options.publish({ ...ordinaryActivity(organisation, random), date: clock.now() - delay });
    }
    await clock.wait(pause, signal).catch(() => {});
  }
}
