import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import type { View } from "./address.ts";
import { Notice } from "./parts/notice.tsx";
import type { ViewProps } from "./view_props.ts";
import { NowView } from "./views/now.tsx";

type Loaded = ComponentType<ViewProps>;
/** The views of one source. */
type Shown = Exclude<View, "sources">;

/** The first view comes with the page; the others come once there is time, or when they are shown. */
const LATER: Record<Exclude<Shown, "now">, () => Promise<Loaded>> = {
  alerts: async () => (await import("./views/alerts.tsx")).AlertsView,
  events: async () => (await import("./views/events.tsx")).EventsView,
  rules: async () => (await import("./views/rules.tsx")).RulesView,
  deliveries: async () => (await import("./views/deliveries.tsx")).DeliveriesView,
};

const loaded = signal<Partial<Record<Shown, Loaded>>>({ now: NowView });
const failed = signal(false);

async function load(view: Shown): Promise<void> {
  if (view === "now" || loaded.value[view] !== undefined) return;
  try {
    const found = await LATER[view]();
    loaded.value = { ...loaded.value, [view]: found };
    failed.value = false;
  } catch {
    failed.value = true; // after a deployment the files have other names
  }
}

/**
 * A view, as soon as its code is here.
 *
 * @param props `view`: which one; the rest is for the view.
 * @returns The element.
 */
export function LoadedView({ view, ...props }: ViewProps & { view: Shown }) {
  useEffect(() => {
    void load(view);
  }, [view]);
  const isReady = props.status.value !== undefined;
  useEffect(() => {
    if (isReady) { for (const later of Object.keys(LATER) as Shown[]) void load(later); }
  }, [isReady]);
  const Found = loaded.value[view];
  if (Found !== undefined) return <Found {...props} />;
  return failed.value
    ? <Notice text="This view cannot be loaded. Reload the page: Panoptes may have been updated." />
    : <p class="quiet">Loading</p>;
}
