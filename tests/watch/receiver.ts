import type { Outcome } from "../../src/delivery/outcome.ts";
import type { WatchPorts } from "../../src/watch/watch_ports.ts";
import { Bench, endpointOf } from "./bench_of.ts";

/** A receiver that answers when told to. */
export class Receiver {
  readonly posts: { webhookId: string; endpoint: string; body: string; at: number }[] = [];
  readonly open: { endpoint: string; answer: (kind: Outcome["kind"], status?: number) => void }[] =
    [];
  /** Answers at once if this returns something. */
  instant: (endpoint: string) => Outcome["kind"] | undefined = () => undefined;
  /** The same, by the whole post. */
  answering: (post: { webhookId: string; endpoint: string }) => Outcome["kind"] | undefined = (
    { endpoint },
  ) => this.instant(endpoint);
  #bench: () => Bench;

  constructor(bench: () => Bench) {
    this.#bench = bench;
  }

  attempt: WatchPorts["attempt"] = ({ webhookId, request: { body } }, { name }, signal) => {
    const at = this.#bench().clock.now();
    this.posts.push({ webhookId, endpoint: name, body, at });
    const outcomeOf = (kind: Outcome["kind"], status = 200): Outcome => ({
      kind,
      code: "answered",
      status,
      at,
      durationMs: 1,
    });
    const kind = this.answering({ webhookId, endpoint: name });
    if (kind !== undefined) return Promise.resolve(outcomeOf(kind));
    return new Promise((resolve, reject) => {
      signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
      this.open.push({
        endpoint: name,
        answer: (kind, status) => resolve(outcomeOf(kind, status)),
      });
    });
  };
}

/** The watch with endpoints; every event raises an alert. */
export function benchWith(endpoints: string[]) {
  const receiver: Receiver = new Receiver(() => bench);
  const bench: Bench = new Bench({}, {
    endpoints: endpoints.map((name) => endpointOf(name)),
    attempt: receiver.attempt,
    match: (event) => [{ rule: { id: "rule", title: `About ${event.user}`, level: "high" } }],
  });
  return { bench, receiver };
}
