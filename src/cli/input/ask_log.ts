import { oneLine } from "../../stream/plain_text.ts";
import { SourceError, UsageError } from "../exit_code.ts";

/** A request to a running Panoptes. */
export interface LogRequest {
  /** Its address, as the option gives it. */
  readonly log: string;
  /** The option that gives the address; default `--log`. */
  readonly option?: string;
  /** The name of the source, where there are several; default the only one. */
  readonly source?: string | undefined;
  /** A file with the token; default the one in PANOPTES_TOKEN. */
  readonly tokenFile?: string | undefined;
  /** The path, with the query. */
  readonly path: string;
  /** The method. */
  readonly method: string;
  /** JSON text; default no body. */
  readonly body?: string;
  /** What is to be done, in the words of errors: "Cannot <task>". */
  readonly task: string;
  /** The longest time that an answer may take, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Sends a request to a running Panoptes, with the token in PANOPTES_TOKEN or in a file: the command
 * line is no place for it, since every process of the machine can read that.
 *
 * @typeParam Result What is made of the answer.
 * @param request The request.
 * @param read Reads the answer, which is no refusal.
 * @returns What `read` returns.
 * @throws {UsageError} If the address or the token is unusable.
 * @throws {SourceError} If the service refuses it, cannot be reached, or `read` fails.
 */
export async function askLog<Result>(
  { log, option = "--log", source, tokenFile, path, method, body, task, timeoutMs }: LogRequest,
  read: (response: Response) => Promise<Result>,
): Promise<Result> {
  const url = addressOf(log, option, path);
  if (source !== undefined) url.searchParams.set("source", source);
  const token = await tokenFrom(tokenFile, task);
  try {
    const response = await fetch(url, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        Accept: "application/json",
        ...(body !== undefined && { "Content-Type": "application/json" }),
      },
      ...(body !== undefined && { body }),
      redirect: "error", // the token goes to this address only
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw new SourceError(await refusalOf(task, response));
    return await read(response);
  } catch (cause) {
    if (cause instanceof SourceError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SourceError(`Cannot ${task} at ${url.origin}: ${oneLine(reason)}`, { cause });
  }
}

function addressOf(log: string, option: string, path: string): URL {
  const url = URL.parse(path, log);
  const isLocal = url !== null && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
  if (url?.protocol === "https:" || (url?.protocol === "http:" && isLocal)) return url;
  throw new UsageError(
    `Invalid ${option} '${log}': write the address of Panoptes, with https, or http on loopback`,
  );
}

async function tokenFrom(file: string | undefined, task: string): Promise<string> {
  const text = file === undefined
    ? Deno.env.get("PANOPTES_TOKEN")
    : await Deno.readTextFile(file).catch((cause) => {
      throw new UsageError(`Cannot read the token from '${file}': ${cause.message}`);
    });
  const token = text?.trim();
  if (token !== undefined && /^[\x21-\x7e]+$/.test(token)) return token;
  const place = file === undefined ? "PANOPTES_TOKEN must be set to" : `'${file}' must contain`;
  throw new UsageError(`Cannot ${task}: ${place} a token with the scope admin`);
}

/** What a problem document says. */
async function refusalOf(task: string, response: Response): Promise<string> {
  const { title, detail, problems } = await response.json().catch(() => ({}));
  const facts = [title, detail, ...Array.isArray(problems) ? problems : []]
    .filter((fact) => typeof fact === "string").map(oneLine);
  return `Cannot ${task}: the log answers ${response.status}: ${facts.join("; ")}`;
}
