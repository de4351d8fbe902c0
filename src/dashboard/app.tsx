import type { ComponentChildren } from "preact";
import { useEffect, useMemo } from "preact/hooks";
import type { Alert } from "../alert/alert.ts";
import type { UserEvent } from "../thousandeyes/event/user_event.ts";
import type { Status } from "../http/log_access.ts";
import { address, linkTo, type View, type ViewOfSource, VIEWS } from "./address.ts";
import { api, type Source } from "./api.ts";
import { FeedLog } from "./feed_log.ts";
import { Badge } from "./parts/badge.tsx";
import { Notice } from "./parts/notice.tsx";
import { LoadedView } from "./loaded_view.tsx";
import { type Polled, usePolled } from "./polled.ts";
import { signOut, token } from "./session.ts";
import { useAlertStates } from "./use_alert_states.ts";
import { SignIn } from "./views/sign_in.tsx";
import { SourcesView } from "./views/sources.tsx";

const STATUS_INTERVAL_MS = 5_000;
const SOURCES_INTERVAL_MS = 10_000;
/** How much of the past is loaded at the start. */
const HISTORY = { events: 10_000, alerts: 5_000 };

const NAMES: Record<View, string> = {
  now: "Now",
  alerts: "Alerts",
  events: "Events",
  rules: "Rules",
  deliveries: "Deliveries",
  sources: "Sources",
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

/**
 * If there are several sources, one of them has to be chosen. A source that the address names is
 * shown at once, without waiting for the list.
 */
function SignedIn() {
  const { value, problem } = usePolled(api.sources, SOURCES_INTERVAL_MS);
  const { view, filters: { source = "" } } = address.value;
  const sources = value?.sources ?? [];
  const isUnknown = value !== undefined && source !== "" &&
    !sources.some(({ name }) => name === source);
  if (view === "sources" || isUnknown || (source === "" && sources.length > 1)) {
    return (
      <Frame view="sources" sources={sources}>
        {value === undefined
          ? <Loading problem={problem} />
          : <SourcesView sources={sources} problem={problem} isUnknown={isUnknown} />}
      </Frame>
    );
  }
  return <OfSource key={source} view={view} sources={sources} problem={problem} />;
}

/** A view of one source, as soon as its status is here. */
function OfSource({ view, sources, problem }: {
  view: ViewOfSource;
  sources: readonly Source[];
  problem: string;
}) {
  const status = usePolled(api.status, STATUS_INTERVAL_MS);
  // Without a name, the status is that of all sources, until the list says that there is only one.
  const isOfOne = sources.length > 0 || address.value.filters.source !== undefined;
  if (isOfOne && (status.value !== undefined || status.problem !== "")) {
    return <Followed view={view} sources={sources} status={status} />;
  }
  return (
    <Frame view={view} sources={sources}>
      <Loading problem={problem} />
    </Frame>
  );
}

/** A view of the source that the page follows. */
function Followed({ view, sources, status }: {
  view: ViewOfSource;
  sources: readonly Source[];
  status: Polled<Status>;
}) {
  const [events, alerts] = useMemo(() =>
    [
      new FeedLog<"event", UserEvent>("event", { history: HISTORY.events }),
      new FeedLog<"alert", Alert>("alert", { history: HISTORY.alerts }),
    ] as const, []);
  useEffect(() => () => {
    events.close();
    alerts.close();
  }, []);
  useAlertStates(alerts);
  const isLive = events.connection.value === "live" && alerts.connection.value === "live";
  return (
    <Frame
      view={view}
      sources={sources}
      badges={
        <>
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
        </>
      }
    >
      <Notice text={status.problem || events.problem.value || alerts.problem.value} />
      <LoadedView view={view} events={events} alerts={alerts} status={status} />
    </Frame>
  );
}

function Loading({ problem }: { problem: string }) {
  return (
    <>
      <Notice text={problem} />
      <p class="quiet">Loading</p>
    </>
  );
}

/** What surrounds every view. */
function Frame({ view, sources, badges, children }: {
  view: View;
  sources: readonly Source[];
  badges?: ComponentChildren;
  children: ComponentChildren;
}) {
  const { since = "", until = "", source = "" } = address.value.filters;
  const title = NAMES[view];
  useEffect(() => {
    document.title = `${title} · Panoptes`;
  }, [title]);
  // A source that is named is one of several, also before the list is here.
  const hasSources = sources.length > 1 || source !== "";
  const known = sources.map(({ name }) => name);
  const choices = known.includes(source) ? known : [source, ...known];
  const names = VIEWS.filter((name) => name !== "sources" || hasSources);
  return (
    <>
      <header class="top">
        <a class="skip" href="#main" onClick={skip}>Skip to the content</a>
        <a class="brand" href={linkTo("now")}>Panoptes</a>
        <nav aria-label="Views">
          {names.map((name) => (
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
          {hasSources && (
            <select
              aria-label="Source"
              value={source}
              onChange={({ currentTarget: { value } }) =>
                location.hash = linkTo(view === "sources" ? "now" : view, { source: value })}
            >
              {choices.map((name) => (
                <option key={name} value={name}>{name === "" ? "Choose a source" : name}</option>
              ))}
            </select>
          )}
          {badges}
          <button type="button" onClick={() => signOut()}>Sign out</button>
        </div>
      </header>
      <main id="main" tabIndex={-1} class={`view-${view}`}>
        <h1>{title}</h1>
        {children}
      </main>
    </>
  );
}

/** Moves the focus without an entry in the address, which names the view. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById("main")?.focus();
}
