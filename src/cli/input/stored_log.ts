import type { BacktestReport } from "../../alert/backtest_report.ts";
import { type RuleBundle, sealBundle } from "../../alert/rule_bundle.ts";
import { oneLine } from "../../stream/plain_text.ts";
import { TextLineStream } from "../../stream/std_streams.ts";
import { SourceError, UsageError } from "../exit_code.ts";

/** What a backtest of the stored log is about. */
export interface StoredLogBacktest {
  /** The address of Panoptes, as `--log` gives it. */
  readonly log: string;
  /** The rules, and others to compare with. */
  readonly bundle: RuleBundle;
  readonly compare: RuleBundle | undefined;
  /** The earliest date of an event, in milliseconds since the Unix epoch; undefined for any. */
  readonly since: number | undefined;
  /** Called as it goes on. */
  onProgress(progress: { events: number; of: number; matches: number }): void;
}

/** The service itself ends after a minute. */
const TIMEOUT_MS = 180_000;
const MAX_LINE_LENGTH = 16 * 1024 * 1024;

/**
 * Runs a backtest where the log is, with `POST /v1/backtest`.
 *
 * @param backtest The rules and the range.
 * @returns The report.
 * @throws {UsageError} If the address or the token is unusable.
 * @throws {SourceError} If the service refuses it or cannot be reached.
 */
export async function backtestStoredLog(
  { log, bundle, compare, since, onProgress }: StoredLogBacktest,
): Promise<BacktestReport> {
  const url = endpointOf(log);
  if (since !== undefined) url.searchParams.set("since", new Date(since).toISOString());
  const token = Deno.env.get("PANOPTES_TOKEN")?.trim();
  if (!token) {
    throw new UsageError(
      "Cannot read the log: PANOPTES_TOKEN must be set to a token with the scope admin",
    );
  }
  const body = JSON.stringify({
    rules: sealBundle(bundle),
    ...(compare === undefined ? {} : { compare: sealBundle(compare) }),
  });
  let response: Response;
  try {
    response = await fetch(url, {
      method: "POST",
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body,
      redirect: "error", // the token goes to this address only
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (response.status !== 200) throw new SourceError(await refusalOf(response));
    for await (const line of linesOf(response)) {
      const step = JSON.parse(line);
      if (step.progress) onProgress(step.progress);
      if (step.report) return step.report;
    }
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SourceError(`Cannot run the backtest at ${url.origin}: ${oneLine(reason)}`, {
      cause,
    });
  }
  throw new SourceError(`Cannot run the backtest at ${url.origin}: it ended without a report`);
}

function endpointOf(log: string): URL {
  const url = URL.parse("/v1/backtest", log);
  const isLocal = url !== null && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLocal)) return url;
  throw new UsageError(
    `Invalid --log '${log}': write the address of Panoptes, with https, or http on loopback`,
  );
}

async function* linesOf({ body }: Response): AsyncGenerator<string> {
  let length = 0;
  const text = (body ?? new ReadableStream<Uint8Array>()).pipeThrough(new TextDecoderStream());
  for await (const line of text.pipeThrough(new TextLineStream())) {
    length += line.length;
    if (length > MAX_LINE_LENGTH) throw new RangeError("The answer is too long");
    if (line !== "") yield line;
  }
}

/** What a problem document says. */
async function refusalOf(response: Response): Promise<string> {
  const { title, detail, problems } = await response.json().catch(() => ({}));
  const facts = [title, detail, ...Array.isArray(problems) ? problems : []]
    .filter((fact) => typeof fact === "string").map(oneLine);
  return `Cannot run the backtest: the log answers ${response.status}: ${facts.join("; ")}`;
}
