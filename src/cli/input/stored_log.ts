import type { BacktestReport } from "../../alert/backtest_report.ts";
import { type RuleBundle, sealBundle } from "../../alert/rule_bundle.ts";
import { linesOf } from "./answer_lines.ts";
import type { Instance } from "./instance.ts";

/** What a backtest of the stored log is about. */
export interface StoredLogBacktest {
  /** The rules, and others to compare with. */
  readonly bundle: RuleBundle;
  readonly compare: RuleBundle | undefined;
  /** The earliest date of an event, in milliseconds since the Unix epoch; undefined for any. */
  readonly since: number | undefined;
  /** Called as it goes on. */
  onProgress(progress: { events: number; of: number; matches: number }): void;
}

/** A backtest ends by itself after 30 seconds; what takes longer than this has stalled. */
const TIMEOUT_MS = 300_000;

/**
 * Runs a backtest where the log is, with `POST /v1/backtest`.
 *
 * @param instance Where the log is.
 * @param backtest The rules and the range.
 * @returns The report.
 * @throws {SourceError} If the service refuses it or cannot be reached.
 */
export async function backtestStoredLog(
  instance: Instance,
  { bundle, compare, since, onProgress }: StoredLogBacktest,
): Promise<BacktestReport> {
  const query = new URLSearchParams(
    since === undefined ? {} : { since: new Date(since).toISOString() },
  );
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await instance.request(`/v1/backtest?${query}`, {
    method: "POST",
    body: JSON.stringify({
      rules: sealBundle(bundle),
      ...(compare === undefined ? {} : { compare: sealBundle(compare) }),
    }),
    signal,
  });
  try {
    for await (const line of linesOf(instance, response, signal)) {
      const step = JSON.parse(line);
      if (step.progress) onProgress(step.progress);
      if (step.report) return step.report;
    }
  } catch (cause) {
    throw instance.failure(cause);
  }
  throw instance.failure("it ended without a report");
}
