import { linkTo } from "../address.ts";
import type { Source } from "../api.ts";
import { Badge } from "../parts/badge.tsx";
import { Notice } from "../parts/notice.tsx";
import { plain } from "../parts/text.ts";
import { duration, Time } from "../parts/time.tsx";

/**
 * The sources that the token may see: how each stands, and the link to it.
 *
 * @param props `sources`: the sources; `problem`: why they may be out of date; `isUnknown`: whether the
 *   address names none of them.
 * @returns The element.
 */
export function SourcesView({ sources, problem, isUnknown }: {
  sources: readonly Source[];
  problem: string;
  isUnknown: boolean;
}) {
  return (
    <>
      <Notice text={problem} />
      {isUnknown && <Notice text="This token sees no such source. Choose one of these." />}
      <p class="quiet">Each source has a log of its own. Choose one to see what happens there.</p>
      <div class="table" role="region" aria-label="Sources" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Source</th>
              <th scope="col">Health</th>
              <th scope="col">Covered up to</th>
              <th scope="col">Behind</th>
              <th scope="col" class="number">Events</th>
              <th scope="col" class="number">Alerts</th>
              <th scope="col" class="number">Rules</th>
              <th scope="col">Endpoints</th>
            </tr>
          </thead>
          <tbody>
            {sources.map((source) => (
              <tr key={source.name}>
                <td>
                  <a href={linkTo("now", { source: source.name })}>{source.name}</a>
                </td>
                <td class="prose">
                  <Badge word={source.health} />
                  {source.reasons.map(({ code, about, message }) => (
                    <p key={`${code} ${about}`} class="quiet">{plain(message, 600)}</p>
                  ))}
                </td>
                <td>
                  <Time at={source.coveredTo} />
                </td>
                <td>{source.lagMs === null ? "" : duration(source.lagMs)}</td>
                <td class="number">{source.events?.toLocaleString()}</td>
                <td class="number">{source.alerts?.toLocaleString()}</td>
                <td class="number">{source.rules?.toLocaleString()}</td>
                <td class="prose">{source.endpoints.join(", ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
