/** How the receiver of an endpoint behaves: only `healthy` ones take messages. */
export type Behaviour =
  | "healthy"
  | "refuses"
  | "is down"
  | "hangs"
  | "drips"
  | "resets"
  | "redirects"
  | "lies";

/** What can be wrong with a receiver. */
export const FAULTS: readonly Behaviour[] = [
  "refuses",
  "is down",
  "hangs",
  "drips",
  "resets",
  "redirects",
  "lies",
];

/** An endpoint of the soak, and how its receiver behaves. */
export interface SoakEndpoint {
  readonly name: string;
  readonly behaviour: Behaviour;
  /** What signs its messages; undefined where the format does not sign. */
  readonly secret: string | undefined;
}

/** So many that each fault has one of its own when three in ten fail. */
const ENDPOINTS = 24;

/**
 * The endpoints of a soak. One that lies needs a format whose receivers can refuse with a 200; the
 * others are signed, in turn with either kind of key.
 *
 * @param failing The share whose receivers fail.
 */
export function soakEndpoints(failing: number): SoakEndpoint[] {
  const faulty = Math.round(ENDPOINTS * failing);
  return Array.from({ length: ENDPOINTS }, (_, n) => {
    const behaviour = n < faulty ? FAULTS[n % FAULTS.length] ?? "refuses" : "healthy";
    const name = `${behaviour.replace(" ", "-")}-${n}`;
    const key = btoa(name.padEnd(32, ".").slice(0, 32));
    const secret = behaviour === "lies" ? undefined : `${n % 2 === 0 ? "whsec" : "whsk"}_${key}`;
    return { name, behaviour, secret };
  });
}
