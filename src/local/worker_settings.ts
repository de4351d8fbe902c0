import { parse } from "@std/toml";

/** What of wrangler.toml matters for running the Worker here. */
export interface WorkerSettings {
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  /** Durable Object classes by the name of their binding. */
  readonly durableObjects: Readonly<Record<string, string>>;
  /** The crons, as Cloudflare would run them. */
  readonly crons: readonly string[];
  /** Plain variables. */
  readonly vars: Readonly<Record<string, string>>;
}

interface WranglerToml {
  compatibility_date: string;
  compatibility_flags?: string[];
  durable_objects?: { bindings?: { name: string; class_name: string }[] };
  triggers?: { crons?: string[] };
  vars?: Record<string, unknown>;
}

/** Reads wrangler.toml, so that the Worker runs here with the very settings that it is deployed with. */
export async function workerSettings(): Promise<WorkerSettings> {
  const file = new URL("../../wrangler.toml", import.meta.url);
  const toml = parse(await Deno.readTextFile(file)) as unknown as WranglerToml;
  return {
    compatibilityDate: String(toml.compatibility_date),
    compatibilityFlags: toml.compatibility_flags ?? [],
    durableObjects: Object.fromEntries(
      (toml.durable_objects?.bindings ?? []).map(({ name, class_name }) => [name, class_name]),
    ),
    crons: toml.triggers?.crons ?? [],
    vars: Object.fromEntries(
      Object.entries(toml.vars ?? {}).map(([name, value]) => [name, String(value)]),
    ),
  };
}
