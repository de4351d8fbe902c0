import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import type { ViewOfSource } from "./address.ts";
import { type Later, later } from "./later.tsx";
import type { ViewProps } from "./view_props.ts";
import { NowView } from "./views/now.tsx";

type OtherViews = typeof import("./views/other_views.ts");

/** The first view comes with the page; the others come once there is time, or when they are shown. */
const LATER = {
  alerts: other(({ AlertsView }) => AlertsView),
  events: other(({ EventsView }) => EventsView),
  rules: other(({ RulesView }) => RulesView),
  deliveries: other(({ DeliveriesView }) => DeliveriesView),
};
const VIEWS: Record<ViewOfSource, ComponentType<ViewProps>> = { now: NowView, ...LATER };

function other(choose: (views: OtherViews) => ComponentType<ViewProps>): Later<ViewProps> {
  return later(
    async () => choose(await import("./views/other_views.ts")),
    () => <p class="quiet">Loading</p>,
  );
}

/**
 * A view, as soon as its code is here.
 *
 * @param props `view`: which one; the rest is for the view.
 * @returns The element.
 */
export function LoadedView({ view, ...props }: ViewProps & { view: ViewOfSource }) {
  const isBusy = props.events.connection.value === "loading";
  useEffect(() => {
    if (!isBusy) { for (const { load } of Object.values(LATER)) void load(); }
  }, [isBusy]);
  const View = VIEWS[view];
  return <View {...props} />;
}
