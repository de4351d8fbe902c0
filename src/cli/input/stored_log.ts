import type { BacktestReport } from "../../alert/backtest_report.ts";
import { type RuleBundle, sealBundle } from "../../alert/rule_bundle.ts";
import { TextLineStream } from "../../stream/std_streams.ts";
import { Instance } from "./instance.ts";

/** What a backtest of the stored log is about. */
export interface StoredLogBacktest {
  /** The address of Panoptes, as `--log` gives it. */
  readonly log: string;
  /** The name of its source, where there are several. */
  readonly source: string | undefined;
  /** The rules, and others to compare with. */
  readonly bundle: RuleBundle;
  readonly compare: RuleBundle | undefined;
  /** The earliest date of an event, in milliseconds since the Unix epoch; undefined for any. */
  readonly since: number | undefined;
  /** Called as it goes on. */
  onProgress(progress: { events: number; of: number; matches: number }): void;
}

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
  { log, source, bundle, compare, since, onProgress }: StoredLogBacktest,
): Promise<BacktestReport> {
  const query = new URLSearchParams(
    since === undefined ? {} : { since: new Date(since).toISOString() },
  );
  const instance = await Instance.open({ url: log, source }, "run the backtest", {
    option: "--log",
  });
  const response = await instance.request(`/v1/backtest?${query}`, {
    method: "POST",
    body: JSON.stringify({
      rules: sealBundle(bundle),
      ...(compare === undefined ? {} : { compare: sealBundle(compare) }),
    }),
    signal: new AbortController().signal, // it ends by itself, after 30 seconds
  });
  try {
    for await (const line of linesOf(response)) {
      const step = JSON.parse(line);
      if (step.progress) onProgress(step.progress);
      if (step.report) return step.report;
    }
  } catch (cause) {
    throw instance.failure(cause);
  }
  throw instance.failure("it ended without a report");
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
