import { createEmulator, type Emulator } from "../emulator/create_emulator.ts";
import { type LoopbackServer, serveOnLoopback } from "../server/serve_on_loopback.ts";
import { SETTING_NAMES, SETTINGS } from "../service/settings.ts";
import { TOKEN_SECRET } from "../service/source.ts";

/** The API that is watched: the real one, or an emulator of it. */
export interface WatchedApi {
  /** The settings of the Worker that lead to it. */
  readonly env: Readonly<Record<string, string>>;
  /** Only for the emulator. */
  readonly emulated?: {
    readonly server: LoopbackServer;
    /** Publishes activity until the signal is aborted. */
    live(signal: AbortSignal): Promise<void>;
  };
}

const HOUR_MS = 3_600_000;
/** How much happens. */
export const EVENTS_PER_MINUTE = 50;
/** Makes the same people and the same stories on every start, as the README tells them. */
export const SEED = 7;

/** The settings each of which names a source of the real API. */
const REAL = [SETTINGS.teToken.name, SETTINGS.sources.name];

/**
 * The settings of the environment that say what to watch.
 *
 * @returns Their names; none if there is only the emulator to watch.
 */
export function watchedSettings(): string[] {
  return REAL.filter((name) => (Deno.env.get(name) ?? "") !== "");
}

/** The real API, with the settings of the environment, and the tokens that SOURCES may refer to. */
export function realApi(): WatchedApi {
  const given = Object.entries(Deno.env.toObject());
  const isSetting = (name: string) => SETTING_NAMES.includes(name) || TOKEN_SECRET.test(name);
  return { env: Object.fromEntries(given.filter(([name]) => isSetting(name))) };
}

/**
 * Starts an emulated organisation on loopback, with an hour of history.
 *
 * @param port The wanted port.
 */
export function emulatedApi(port: number): WatchedApi {
  // Large pages, since it is polled every two seconds and half of the rate limit is left to others.
  const emulator: Emulator = createEmulator({ seed: SEED, pageSize: 500 });
  emulator.publishHistory(60, Date.now() - HOUR_MS, Date.now());
  const server = serveOnLoopback((request) => emulator.app.fetch(request), port);
  return {
    env: {
      TE_TOKEN: emulator.token,
      TE_BASE_URL: `${server.origin}/v7`,
      POLL_INTERVAL_SECONDS: "2",
      BACKFILL: "1h",
    },
    emulated: {
      server,
      live: (signal) => emulator.live({ perMinute: EVENTS_PER_MINUTE, signal }),
    },
  };
}
