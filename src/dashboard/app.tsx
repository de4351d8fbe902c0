import { useEffect, useMemo } from "preact/hooks";
import type { Alert } from "../alert/alert.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import { address, linkTo, type View, VIEWS } from "./address.ts";
import { api } from "./api.ts";
import { FeedLog } from "./feed_log.ts";
import { Badge } from "./parts/badge.tsx";
import { Notice } from "./parts/notice.tsx";
import { usePolled } from "./polled.ts";
import { LoadedView } from "./loaded_view.tsx";
import { signOut, token } from "./session.ts";
import { useAlertStates } from "./use_alert_states.ts";
import { SignIn } from "./views/sign_in.tsx";

const STATUS_INTERVAL_MS = 5_000;
/** How much of the past is loaded at the start. */
const HISTORY = { events: 10_000, alerts: 5_000 };

const NAMES: Record<View, string> = {
  now: "Now",
  alerts: "Alerts",
  events: "Events",
  rules: "Rules",
  deliveries: "Deliveries",
};

/** A range of time that is chosen in one of these views goes along to the others. */
const RANGED: readonly View[] = ["now", "alerts", "events"];

/**
 * The whole page: the form to sign in, or the navigation and a view.
 *
 * @returns The element.
 */
export function App() {
  return token.value === null ? <SignIn /> : <SignedIn key={token.value} />;
}

function SignedIn() {
  const [events, alerts] = useMemo(() =>
    [
      new FeedLog<"event", UserEvent>("event", { history: HISTORY.events }),
      new FeedLog<"alert", Alert>("alert", { history: HISTORY.alerts }),
    ] as const, []);
  useEffect(() => () => {
    events.close();
    alerts.close();
  }, []);
  const status = usePolled(api.status, STATUS_INTERVAL_MS);
  useAlertStates(alerts);
  const { view, filters: { since = "", until = "" } } = address.value;
  const title = NAMES[view];
  useEffect(() => {
    document.title = `${title} · Panoptes`;
  }, [title]);
  const isLive = events.connection.value === "live" && alerts.connection.value === "live";
  return (
    <>
      <header class="top">
        <a class="skip" href="#main" onClick={skip}>Skip to the content</a>
        <a class="brand" href={linkTo("now")}>Panoptes</a>
        <nav aria-label="Views">
          {VIEWS.map((name) => (
            <a
              key={name}
              href={linkTo(name, RANGED.includes(name) ? { since, until } : {})}
              aria-current={name === view ? "page" : undefined}
            >
              {NAMES[name]}
            </a>
          ))}
        </nav>
        <div class="top-end">
          <span role="status" class="connection">
            <Badge
              word={isLive
                ? "live"
                : events.connection.value === "loading"
                ? "loading"
                : "reconnecting"}
            />
          </span>
          {status.value !== undefined && <Badge word={status.value.health} />}
          <button type="button" onClick={() => signOut()}>Sign out</button>
        </div>
      </header>
      <main id="main" tabIndex={-1} class={`view-${view}`}>
        <h1>{title}</h1>
        <Notice text={status.problem || events.problem.value || alerts.problem.value} />
        <LoadedView view={view} events={events} alerts={alerts} status={status} />
      </main>
    </>
  );
}

/** Moves the focus without an entry in the address, which names the view. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
