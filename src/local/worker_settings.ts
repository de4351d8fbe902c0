import { parse } from "@std/toml";
import { invalidSettings, readConfig } from "../service/config.ts";

/** The part of wrangler.toml that is needed to run the Worker locally. */
export interface WorkerSettings {
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  /** Durable Object classes by the name of their binding. */
  readonly durableObjects: Readonly<Record<string, string>>;
  /** Plain variables. */
  readonly vars: Readonly<Record<string, string>>;
}

interface WranglerToml {
  compatibility_date: string;
  compatibility_flags?: string[];
  durable_objects?: { bindings?: { name: string; class_name: string }[] };
  vars?: Record<string, unknown>;
}

/**
 * Reads wrangler.toml, so that the Worker runs locally with the settings that it is deployed with.
 *
 * @returns The settings.
 */
export async function workerSettings(): Promise<WorkerSettings> {
  const file = new URL("../../wrangler.toml", import.meta.url);
  const toml = parse(await Deno.readTextFile(file)) as unknown as WranglerToml;
  return {
    compatibilityDate: String(toml.compatibility_date),
    compatibilityFlags: toml.compatibility_flags ?? [],
    durableObjects: Object.fromEntries(
      (toml.durable_objects?.bindings ?? []).map(({ name, class_name }) => [name, class_name]),
    ),
    vars: Object.fromEntries(
      Object.entries(toml.vars ?? {}).map(([name, value]) => [name, String(value)]),
    ),
  };
}

/**
 * Checks the settings before a Worker is started that would refuse every request.
 *
 * @param env The Worker's variables and secrets.
 * @returns The names of the sources.
 * @throws {Error} If any of them is invalid; the message names all of them, and no values.
 */
export function checkSettings(env: Readonly<Record<string, unknown>>): string[] {
  const { config, problems } = readConfig(env);
  if (config !== undefined && problems.length === 0) return config.sources.map(({ name }) => name);
  throw new Error(invalidSettings("start", problems));
}
