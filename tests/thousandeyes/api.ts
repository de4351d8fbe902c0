import { createEmulator, type EmulatorOptions } from "../../src/emulator/create_emulator.ts";
import type { Fetch } from "../../src/stream/fetch.ts";
import type { StreamUserEventsOptions } from "../../src/thousandeyes/stream/stream_user_events_options.ts";
import type { UserEvent } from "../../src/thousandeyes/event/user_event.ts";
import { LeapClock } from "../support/leap_clock.ts";

export const ORIGIN = "https://api.thousandeyes.test";
export const BASE_URL = `${ORIGIN}/v7`;
export const PAGE_URL = new URL(`${BASE_URL}/audit-user-events`);
export const TOKEN = "made-up-token";
export const NOON = "2026-01-01T12:00:00Z";

/** A fetch that answers from a list, the last answer for ever, and keeps what it was asked. */
export function answering(...answers: (() => Response | Promise<Response>)[]): {
  fetch: Fetch;
  requests: { url: URL; init: RequestInit }[];
} {
  const requests: { url: URL; init: RequestInit }[] = [];
  return {
    requests,
    fetch: async (url, init) => {
      requests.push({ url: new URL(url), init });
      return await answers[Math.min(requests.length, answers.length) - 1]!();
    },
  };
}

/** The API as the emulator has it, in memory, and options to read it with. */
export function emulated(options: EmulatorOptions = {}) {
  const clock = new LeapClock(NOON);
  const emulator = createEmulator({ seed: 1, clock, ratePerMinute: 1e6, pageSize: 10, ...options });
  const urls: URL[] = [];
  const reading = (more: Partial<StreamUserEventsOptions> = {}): StreamUserEventsOptions => ({
    token: emulator.token,
    baseUrl: BASE_URL,
    clock,
    random: () => 0.5,
    timeoutMs: LeapClock.NEVER,
    fetch: async (url, init) => {
      urls.push(new URL(url));
      const response = await emulator.app.request(url.href, init);
      init.signal?.throwIfAborted(); // as a network would
      return response;
    },
    ...more,
  });
  return { emulator, clock, reading, urls };
}

/**
 * Publishes `count` events a second apart, ending at `end`; their `event` says their number, from 1
 * for the oldest.
 */
export function publishRow(
  emulator: ReturnType<typeof createEmulator>,
  count: number,
  end = Date.parse(NOON),
): void {
  emulator.publish(
    Array.from({ length: count }, (_, index) => ({
      event: `Event ${index + 1}`,
      date: end - (count - 1 - index) * 1_000,
    })),
  );
}

/** The numbers of the events that `publishRow()` published. */
export function numbersOf(events: readonly UserEvent[]): number[] {
  return events.map(({ event }) => Number(event?.replace("Event ", "")));
}

/** The numbers from `from` to `to`, upwards or downwards. */
export function row(from: number, to: number): number[] {
  const step = from <= to ? 1 : -1;
  return Array.from({ length: Math.abs(to - from) + 1 }, (_, index) => from + index * step);
}
