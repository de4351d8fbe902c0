/**
 * The views that the page does not begin with, in one file, so that they come with one request.
 *
 * @module
 */
export { AlertsView } from "./alerts.tsx";
export { DeliveriesView } from "./deliveries.tsx";
export { EventsView } from "./events.tsx";
export { RulesView } from "./rules.tsx";
