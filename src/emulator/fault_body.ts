import type { Clock } from "../stream/clock.ts";
import type { FaultName } from "./fault.ts";

/**
 * Applies the fault modes of a request to a body.
 *
 * @param text The complete body.
 * @param faults The fault modes of the request.
 * @param clock Measures the pause of a slow body.
 * @param slowMs How long that pause is, in milliseconds.
 * @returns A string, or a stream that pauses or fails after half of it.
 */
export function faultBody(
  text: string,
  faults: ReadonlySet<FaultName>,
  clock: Clock,
  slowMs: number,
): BodyInit {
  if (faults.has("not-json")) return "Service is restarting, please come back later";
  if (faults.has("json-cut-short")) return text.slice(0, Math.floor(text.length / 2));
  const cut = faults.has("body-cut-short");
  const slow = faults.has("slow-body");
  if (!cut && !slow) return text;

  const bytes = new TextEncoder().encode(text);
  const half = Math.floor(bytes.length / 2);
  const closing = new AbortController();
  let started = false;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (!started) {
        started = true;
        controller.enqueue(bytes.subarray(0, half));
        return;
      }
      if (slow) await clock.wait(slowMs, closing.signal).catch(() => {});
      if (closing.signal.aborted) return;
      if (cut) {
        controller.error(new Error("The connection was cut on purpose (fault body-cut-short)"));
      } else {
        controller.enqueue(bytes.subarray(half));
        controller.close();
      }
    },
    cancel() {
      closing.abort();
    },
  }, { highWaterMark: 0 });
}
