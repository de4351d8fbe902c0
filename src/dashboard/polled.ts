import { useSignal } from "@preact/signals";
import { useLayoutEffect } from "preact/hooks";

/** A value that is asked for again and again. */
export interface Polled<Value> {
  /** The latest answer; undefined before the first. */
  readonly value: Value | undefined;
  /** Why the latest request failed; empty if it succeeded. */
  readonly problem: string;
  /** Asks at once. */
  reload(): void;
}

/**
 * Asks while the component and the tab are visible; the latest answer stays while a request fails.
 *
 * @param load Asks once.
 * @param everyMs The pause after an answer, in milliseconds.
 * @param key What is asked for: when it changes, it is asked for at once.
 * @returns The latest answer.
 */
export function usePolled<Value>(
  load: (signal: AbortSignal) => Promise<Value>,
  everyMs: number,
  key = "",
): Polled<Value> {
  const value = useSignal<Value | undefined>(undefined);
  const problem = useSignal("");
  const turn = useSignal(0);
  useLayoutEffect(() => { // the request need not wait until the browser has painted
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      clearTimeout(timer);
      if (!document.hidden) {
        try {
          const found = await load(ended.signal);
          if (ended.signal.aborted) return;
          value.value = found;
          problem.value = "";
        } catch (error) {
          if (ended.signal.aborted) return;
          problem.value = error instanceof Error ? error.message : String(error);
        }
      }
      timer = setTimeout(ask, everyMs);
    };
    const onVisibility = () => void (document.hidden || ask());
    document.addEventListener("visibilitychange", onVisibility);
    void ask();
    return () => {
      ended.abort();
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisibility);
    };
  }, [key, turn.value]);
  return { value: value.value, problem: problem.value, reload: () => void turn.value++ };
}
