import { signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { Notice } from "./parts/notice.tsx";

/** A component whose code is loaded later. */
export interface Later<Props> {
  (props: Props): JSX.Element;
  /** Loads its code, so that it is ready when it is shown. */
  load(): Promise<void>;
}

/**
 * Leaves a component out of what the page loads first: its code comes when it is shown, or before
 * that when there is time.
 *
 * @param find Imports it.
 * @param Waiting Shown in its place until then.
 * @returns The component.
 */
export function later<Props extends object>(
  find: () => Promise<ComponentType<Props>>,
  Waiting: ComponentType<Props>,
): Later<Props> {
  const found = signal<ComponentType<Props> | undefined>(undefined);
  const hasFailed = signal(false);
  const load = async () => {
    if (found.value !== undefined) return;
    try {
      found.value = await find();
    } catch {
      hasFailed.value = true; // after a deployment the files have other names
    }
  };
  function Later(props: Props) {
    useEffect(() => void load(), []);
    const Found = found.value;
    if (Found !== undefined) return <Found {...props} />;
    return hasFailed.value
      ? (
        <Notice text="Part of the page cannot be loaded. Reload the page: Panoptes may have been updated." />
      )
      : <Waiting {...props} />;
  }
  return Object.assign(Later, { load });
}
