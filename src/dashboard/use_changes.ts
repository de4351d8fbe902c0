import { effect, type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

/**
 * Draws a component again when something changes, at once but not more often than it can be read:
 * for what goes through all rows of a feed.
 *
 * @param changed What may change; always the same signals.
 * @param everyMs The least time between two drawings, in milliseconds.
 */
export function useChanges(changed: readonly ReadonlySignal<unknown>[], everyMs: number): void {
  const turn = useSignal(0);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let last = -Infinity;
    const draw = () => {
      timer = undefined;
      last = performance.now();
      turn.value++;
    };
    const stop = effect(() => {
      for (const one of changed) one.value;
      timer ??= setTimeout(draw, Math.max(0, last + everyMs - performance.now()));
    });
    return () => {
      stop();
      clearTimeout(timer);
    };
  }, []);
  turn.value; // draw again with it
}
