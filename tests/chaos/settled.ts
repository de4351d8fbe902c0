import type { LogClient } from "./log_client.ts";
import type { SseFollower } from "./sse_follower.ts";

/** A lease of a killed sender runs out after fifteen seconds and the endpoint's own time; the rest is for busy machines. */
const MOST_MS = 240_000;
/** As many looks in a row have to find the same, so that what comes too often has time to come. */
const STEADY_LOOKS = 6;

/** Waits until nothing moves any more, or as long as anything could take: the audit then says what is missing. */
export async function settled({ client, followers, published }: {
  client: LogClient;
  followers: Readonly<Record<"events" | "alerts", SseFollower>>;
  published: number;
}): Promise<void> {
  const ends = Date.now() + MOST_MS;
  let last = "";
  for (let steady = 0; steady < STEADY_LOOKS && Date.now() < ends;) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const { log, covered } = await client.status() as {
      log: { events: number; alerts: number; messages: Record<string, number> };
      covered: { gaps: unknown[] };
    };
    const { pending = 0, leased = 0, waiting = 0 } = log.messages;
    const isDone = log.events >= published && covered.gaps.length === 0 &&
      pending + leased + waiting === 0;
    const now = JSON.stringify([log, followers.events.lastId, followers.alerts.lastId]);
    const isSame = now.replace(/"bytes":\d+/, "") === last.replace(/"bytes":\d+/, "");
    steady = isDone && isSame ? steady + 1 : 0;
    last = now;
  }
}
