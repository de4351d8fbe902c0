import { createGateway } from "../../src/http/gateway.ts";
import { LogFixture } from "../http/log_fixture.ts";
import { sha256 } from "../support/api_token.ts";
import { panoptes, type Ran } from "./run_panoptes.ts";

/** A token with the scope admin. */
export const TOKEN = "an-admin-token";

/** A Panoptes on loopback. */
export interface RunningInstance extends AsyncDisposable {
  readonly fixture: LogFixture;
  /** The sources of the requests. */
  readonly asked: string[];
  readonly url: string;
  /** Runs a command for it, by default with the token. */
  run(args: string[], options?: Parameters<typeof panoptes>[1]): Promise<Ran>;
}

/** What stands between a client and Panoptes: it answers itself, or changes an answer. */
export type Between = (
  request: Request,
  answer: () => Promise<Response>,
) => Response | Promise<Response>;

/**
 * A running Panoptes, with a real log behind a real gateway.
 *
 * @param sources The names of its sources.
 * @param between What stands before it; by default nothing.
 */
export async function running(
  sources: string[] = ["default"],
  between: Between = (_, answer) => answer(),
): Promise<RunningInstance> {
  const fixture = new LogFixture();
  const asked: string[] = [];
  const gateway = createGateway({
    sources,
    tokens: [{ name: "ana", sha256: await sha256(TOKEN), scopes: ["admin"] }],
    clock: fixture.clock,
    backend: (request, source) => {
      asked.push(source);
      return fixture.app.fetch(request);
    },
    report: (error) => fixture.reports.push(error),
  });
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => between(request, async () => await gateway.fetch(request)),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const run = (args: string[], options: Parameters<typeof panoptes>[1] = {}) =>
    panoptes([...args, "--url", url], { env: { PANOPTES_TOKEN: TOKEN }, ...options });
  return {
    fixture,
    asked,
    url,
    run,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      fixture[Symbol.dispose]();
    },
  };
}
