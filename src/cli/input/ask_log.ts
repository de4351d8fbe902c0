import { oneLine } from "../../stream/plain_text.ts";
import { SourceError, UsageError } from "../exit_code.ts";

/** A request to a running Panoptes. */
export interface LogRequest {
  /** Its address, as `--log` gives it. */
  readonly log: string;
  /** The path, with the query. */
  readonly path: string;
  /** The method. */
  readonly method: string;
  /** JSON text. */
  readonly body: string;
  /** What is to be done, in the words of errors: "Cannot <task>". */
  readonly task: string;
  /** The longest time that an answer may take, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Sends a request to a running Panoptes, with the token in PANOPTES_TOKEN.
 *
 * @typeParam Result What is made of the answer.
 * @param request The request.
 * @param read Reads the answer, whose status is 200.
 * @returns What `read` returns.
 * @throws {UsageError} If the address or the token is unusable.
 * @throws {SourceError} If the service refuses it, cannot be reached, or `read` fails.
 */
export async function askLog<Result>(
  { log, path, method, body, task, timeoutMs }: LogRequest,
  read: (response: Response) => Promise<Result>,
): Promise<Result> {
  const url = addressOf(log, path);
  const token = Deno.env.get("PANOPTES_TOKEN")?.trim();
  if (!token) {
    throw new UsageError(
      `Cannot ${task}: PANOPTES_TOKEN must be set to a token with the scope admin`,
    );
  }
  try {
    const response = await fetch(url, {
      method,
      headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
      body,
      redirect: "error", // the token goes to this address only
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (response.status !== 200) throw new SourceError(await refusalOf(task, response));
    return await read(response);
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SourceError(`Cannot ${task} at ${url.origin}: ${oneLine(reason)}`, { cause });
  }
}

function addressOf(log: string, path: string): URL {
  const url = URL.parse(path, log);
  const isLocal = url !== null && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLocal)) return url;
  throw new UsageError(
    `Invalid --log '${log}': write the address of Panoptes, with https, or http on loopback`,
  );
}

/** What a problem document says. */
async function refusalOf(task: string, response: Response): Promise<string> {
  const { title, detail, problems } = await response.json().catch(() => ({}));
  const facts = [title, detail, ...Array.isArray(problems) ? problems : []]
    .filter((fact) => typeof fact === "string").map(oneLine);
  return `Cannot ${task}: the log answers ${response.status}: ${facts.join("; ")}`;
}
