import { type PlanName, PLANS } from "../../service/plan.ts";
import { SourceError } from "../exit_code.ts";
import { inPath, Instance, type InstanceOptions, RefusedError } from "../input/instance.ts";
import { type Finding, found } from "../output/finding.ts";

type Status = Awaited<ReturnType<typeof statusOf>>["sources"][number];

const RESULTS = { green: "ok", yellow: "warn", red: "fail" } as const;
const SEVERITIES = { info: "ok", yellow: "warn", red: "fail" } as const;
const ENDPOINTS = {
  healthy: "ok",
  throttled: "warn",
  failing: "fail",
  paused: "fail",
  disabled: "fail",
} as const;

/**
 * Checks a running Panoptes: whether it answers, its health, its log and its endpoints.
 *
 * @param options Where it runs.
 * @param testsEndpoints Whether each endpoint is sent a sample alert.
 * @throws {UsageError} If the address or the token is unusable.
 */
export async function checkInstance(
  options: InstanceOptions,
  testsEndpoints: boolean,
): Promise<Finding[]> {
  const instance = await Instance.open(options, "read the status", { scope: "read" });
  let status: Awaited<ReturnType<typeof statusOf>>;
  try {
    status = await statusOf(instance);
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return [refused(error)];
  }
  const { sources, silent } = status;
  const findings = [
    ...sources.flatMap((status) =>
      ofSource(status, sources.length > 1 ? `${status.source}: ` : "")
    ),
    ...silent.map(({ source, message, advice }) =>
      found("fail", "log", `${source}: ${message}`, advice)
    ),
  ];
  return [
    found("ok", "Panoptes", `${instance.origin} answers and accepts the token`),
    ...findings,
    ...planFindings(sources),
    ...(testsEndpoints ? await testedEndpoints(instance) : []),
  ];
}

/** The status of each source, and why others have none. */
async function statusOf(instance: Instance) {
  type Total = { sources: typeof status[]; reasons: ({ source: string } & Reason)[] };
  type Reason = typeof status.reasons[number];
  const status = await instance.read(instance.v1.status.$get({}));
  if (!("sources" in status)) return { sources: [status], silent: [] };
  // Without a source, a token that sees several gets all of them.
  const { sources, reasons } = status as unknown as Total;
  const names = new Set(sources.map(({ source }) => source));
  return { sources, silent: reasons.filter(({ source }) => !names.has(source)) };
}

function refused(error: SourceError): Finding {
  const { status, code } = error instanceof RefusedError
    ? error
    : { status: undefined, code: undefined };
  if (status === 401) {
    return found(
      "fail",
      "Panoptes",
      error.message,
      "Check PANOPTES_TOKEN; 'panoptes token create' makes another token for API_TOKENS.",
    );
  }
  if (status === 403) {
    return found("fail", "Panoptes", error.message, "Use a token with the scope read.");
  }
  const mend = code === undefined
    ? "Check --url, that Panoptes runs there, and the proxies in between."
    : "See docs/http.md, 'Problems', for what to do.";
  return found("fail", "Panoptes", error.message, mend);
}

function ofSource(status: Status, prefix: string): Finding[] {
  const { health, reasons, covered, log, endpoints } = status;
  const minutes = Math.round(covered.lagMs / 60_000);
  return [
    found(RESULTS[health], "health", `${prefix}${health}`),
    ...reasons.map(({ severity, code, message, advice }) =>
      found(SEVERITIES[severity], code.slice(0, 14), `${prefix}${message}`, advice)
    ),
    found(
      "ok",
      "log",
      `${prefix}${log.events} events and ${log.alerts} alerts in ${
        megabytes(log.bytes)
      } MB, read up to ${covered.to}, ${minutes} min ago`,
    ),
    ...endpoints.map(({ name, state, queued, lastAnswer }) => {
      const answer = lastAnswer === null
        ? "no answer yet"
        : `last answer ${lastAnswer.status ?? lastAnswer.code}`;
      const result = ENDPOINTS[state];
      return found(
        result,
        "endpoint",
        `${prefix}${name} is ${state}, ${answer}, ${queued} wait`,
        ...(result === "ok"
          ? []
          : [`Repair its receiver, then 'panoptes endpoints resume ${name}'.`]),
      );
    }),
  ];
}

/** Whether the logs fit the plan of Cloudflare, which refuses writes once its storage is full. */
function planFindings(sources: readonly Status[]): Finding[] {
  const plan = sources[0]?.limits.plan ?? null; // null on a server, or if no source answers
  const allowed = plan === null ? undefined : PLANS[plan as PlanName];
  if (allowed === undefined) return [];
  const sizes = sources.map(({ limits }) => limits.bytes);
  const bytes = allowed.in === "each log" ? Math.max(...sizes) : sizes.reduce((a, b) => a + b);
  const logs = sources.length === 1 ? "the log" : allowed.in === "each log" ? "a log" : "all logs";
  const says = `${plan}: ${logs} may grow to ${megabytes(bytes)} MB, and the plan stores ${
    megabytes(allowed.bytes)
  } MB in ${allowed.in}`;
  if (bytes < allowed.bytes) return [found("ok", "plan", says)];
  const parts = allowed.in === "each log" ? 1 : sources.length;
  const fitting = Math.floor(megabytes(allowed.bytes) * 0.9 / parts);
  const orPaid = plan === "free" ? ", or PLAN to paid if you have that plan" : "";
  return [
    found("fail", "plan", says, `Set RETENTION_MEGABYTES to ${fitting} or less${orPaid}.`),
  ];
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1_000_000);
}

/** Sends each endpoint a sample alert, one after the other: one test can run at a time. */
async function testedEndpoints(instance: Instance): Promise<Finding[]> {
  const findings: Finding[] = [];
  try {
    const { endpoints } = await instance.read(instance.v1.endpoints.$get({}));
    for (const { name } of endpoints) {
      const { accepted, status, code, hint } = await instance.read(
        instance.v1.endpoints[":name"].test.$post({ param: { name: inPath(name) }, query: {} }),
      );
      findings.push(
        accepted
          ? found("ok", "endpoint test", `${name} accepts a sample`)
          : found("fail", "endpoint test", `${name} answers ${status ?? code}`, hint ?? undefined),
      );
    }
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    const mend = "A test needs a token of the scope admin, and waits for another one to end.";
    findings.push(found("fail", "endpoint test", error.message, mend));
  }
  return findings;
}
