import type { Alert } from "../../src/alert/alert.ts";
import { toAlert } from "../../src/alert/to_alert.ts";
import type { ApiToken } from "../../src/http/access/api_tokens.ts";
import type { CloudflareAccess } from "../../src/http/access/cloudflare_access.ts";
import { createGateway } from "../../src/http/gateway.ts";
import { systemClock } from "../../src/stream/clock.ts";
import page from "../../src/service/page.json" with { type: "json" };
import { LogFixture } from "../http/log_fixture.ts";
import { settled } from "../support/manual_clock.ts";
import { sha256 } from "../support/api_token.ts";

/** The tokens that the server accepts. */
export const TOKENS = { admin: "page-admin-token", reader: "page-reader-token" };

const TOKEN_TABLE: readonly ApiToken[] = [
  { name: "ana", sha256: await sha256(TOKENS.admin), scopes: ["admin"] },
  { name: "bob", sha256: await sha256(TOKENS.reader), scopes: ["read"] },
];

/** The page and the routes behind the real gateway, over a real log, on a port of loopback. */
export class PageServer implements AsyncDisposable {
  readonly fixture: LogFixture = new LogFixture();
  /** The logs of several sources, by name; the first is `fixture`. */
  readonly logs: ReadonlyMap<string, LogFixture>;
  /** What the gateway has reported. */
  readonly reports: unknown[] = [];
  #server: Deno.HttpServer<Deno.NetAddr>;
  #port = 0;
  #events = 0;

  /**
   * @param tokens The tokens that the gateway accepts; by default those of `TOKENS`.
   * @param sources The names of the sources.
   * @param access Recognises people; by default nobody.
   */
  constructor(
    readonly tokens: readonly ApiToken[] = TOKEN_TABLE,
    sources: readonly string[] = ["default"],
    readonly access?: CloudflareAccess,
  ) {
    this.logs = new Map(
      sources.map((name, index) => [name, index === 0 ? this.fixture : new LogFixture()]),
    );
    for (const [source, { access, clock }] of this.logs) {
      Object.assign(clock, systemClock); // a browser lives in real time
      const status = access.status;
      access.status = () => ({ ...status(), source });
    }
    this.#server = this.#serve();
    this.#port = this.#server.addr.port;
  }

  /** Where it listens, without a final slash. */
  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The link that signs in. */
  link(token: string = TOKENS.admin): string {
    return `${this.origin}/#token=${token}`;
  }

  /** Records events; they are shown at once. */
  async record(events: readonly Record<string, unknown>[]): Promise<void> {
    const now = Date.now();
    const dated = events.map((event) => ({
      date: new Date(now + this.#events++).toISOString(),
      ...event,
    }));
    const { log } = this.fixture;
    log.transaction(() => log.record(dated, { now }));
    await settled();
  }

  /** Records an event and the alert that a rule makes of it; returns the alert. */
  async alert(
    {
      event,
      level = "high",
      title = "Test deleted",
      rule: id = `rule-${title.toLowerCase().replaceAll(" ", "-")}`,
      endpoint,
    }: {
      event: Record<string, unknown>;
      level?: Alert["level"];
      title?: string;
      rule?: string;
      endpoint?: string;
    },
  ): Promise<Alert> {
    const now = Date.now();
    const dated = { date: new Date(now).toISOString(), ...event };
    const at = Date.parse(dated.date);
    await this.record([dated]);
    const { log } = this.fixture;
    const rule = {
      id,
      title,
      level,
      description: "A user deleted a test.",
      custom: {
        panoptes: { runbook: "Call the user, as https://wiki.example/deleted-tests says." },
      },
      falsepositives: ["A planned change"],
      references: ["https://docs.thousandeyes.com", "javascript:alert(1)"],
    };
    const alert: Alert = {
      ...toAlert(rule, dated, { identity: `[${this.#events}]`, occurrence: 1, at }),
      matched: [{ field: "event", value: event["event"], item: "event|contains: deleted" }],
    };
    log.transaction(() => {
      log.addAlerts([{ alert, eventSeq: log.head().newest, at }], now);
      if (endpoint !== undefined) log.queue([{ webhookId: alert.id, endpoint, level }], now);
    });
    await settled();
    return alert;
  }

  /** Configures the endpoint `siem`, which fails. */
  addFailingEndpoint(): void {
    const { access } = this.fixture;
    this.fixture.configure([{
      name: "siem",
      url: "https://siem.example/",
      secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    }]);
    const status = access.status;
    // The watch, which this server lacks, tells the states of endpoints.
    access.status = () => ({
      ...status(),
      endpoints: [{
        name: "siem",
        state: "failing",
        queued: 3,
        waitingSince: null,
        failures: 4,
        failingSince: null,
        lastAnswer: {
          at: new Date().toISOString(),
          code: "answered",
          status: 503,
          excerpt: "<b>Down",
        },
        lastSuccessAt: null,
        nextTryAt: null,
        attempts: {},
      }],
    });
  }

  /** Ends every connection and listens no more, as a killed server. */
  async stop(): Promise<void> {
    this.#connections.abort();
    await this.#server.finished;
  }

  /** Listens again, on the same port. */
  restart(): void {
    this.#server = this.#serve();
  }

  #connections = new AbortController();

  #serve(): Deno.HttpServer<Deno.NetAddr> {
    const ended = new AbortController();
    this.#connections = ended;
    const gateway = createGateway({
      sources: [...this.logs.keys()],
      tokens: this.tokens,
      access: this.access,
      clock: systemClock,
      page,
      backend: (request, source) => (this.logs.get(source) ?? this.fixture).app.fetch(request),
      report: (error) => this.reports.push(error),
    });
    return Deno.serve(
      { hostname: "127.0.0.1", port: this.#port, signal: ended.signal, onListen: () => {} },
      (request) => gateway.fetch(request),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    for (const log of this.logs.values()) log[Symbol.dispose]();
  }
}
