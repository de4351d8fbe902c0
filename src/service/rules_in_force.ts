import { matchRules, type RuleMatcher, type RuleScope } from "../alert/match_rules.ts";
import { openBundle } from "../alert/open_bundle.ts";
import type { SealedBundle } from "../alert/rule_bundle.ts";
import { isLarger } from "../alert/shorten.ts";
import type { RulesState } from "../http/log_access.ts";
import { UPLOADED_RULES } from "../store/checkpoint_table.ts";
import type { Log } from "../store/log.ts";
import type { Clock } from "../stream/clock.ts";
import { oneLine } from "../stream/plain_text.ts";

/** The checkpoint that counts how often opening that bundle has begun, without an end. */
const OPENINGS = "openings of uploaded rules";

/**
 * How often opening a bundle may end the process: the platform may end it at any time, but hardly
 * twice in a row at the same moment.
 */
const MAX_OPENINGS = 2;

/** Why a bundle is not opened again. */
const ENDS_PROCESS = "bundle: Opening it has ended the process twice, so it is not opened again; " +
  "build it with fewer or smaller rules";

/** What clients are told of an error that is no problem of the bundle. */
const CANNOT_BE_OPENED = "bundle: It cannot be read or opened; the log of the service says why";

/** A row has to hold the bundle as JSON, and a Durable Object's may have 2 MB. */
const MAX_STORED_BYTES = 1_900_000;

/** Why a bundle is refused under which no event could ever make an alert. */
const NOTHING_ALERTS = "bundle: None of its rules can make an alert from the activity log; " +
  "it needs one with the product thousandeyes and a status other than deprecated and unsupported, " +
  "which is not in DISABLED_RULES";

/** A bundle that came over HTTP. */
interface Uploaded {
  readonly bundle: SealedBundle;
  /** When it came, in milliseconds since the Unix epoch. */
  readonly at: number;
  /** The name of the token that it came with. */
  readonly by: string;
}

/** Rules that run. */
interface Loaded {
  readonly matcher: RuleMatcher;
  /** What keeps some of them from running. */
  readonly problems: readonly string[];
}

/** What has become of a bundle that was uploaded: nothing, if there is none. */
interface Opened {
  readonly uploaded?: Uploaded;
  readonly matcher?: RuleMatcher;
  /** Why it is not in force. */
  readonly refusal?: string;
}

/** The rules that run, and whether they were uploaded. */
type InForce = Loaded & Omit<Opened, "matcher">;

/** What rules in force need. */
export interface RulesInForceOptions {
  /** The log, whose database keeps what was uploaded. */
  readonly log: Pick<Log, "checkpoint" | "saveCheckpoint" | "addChange" | "transaction">;
  /** The rules that the Worker brings along. */
  readonly bundled: SealedBundle;
  /** Which rules make alerts. */
  readonly scope: RuleScope;
  /** Time. */
  readonly clock: Clock;
  /** Told what is wrong with a rule. */
  readonly report: (what: string, facts: unknown) => void;
}

/** What opening uploaded rules needs besides. */
export interface OpenRulesOptions extends RulesInForceOptions {
  /** Resolves once all earlier writes are on disk. */
  readonly durable: () => Promise<void>;
}

/**
 * The rules that events are matched against: those that were uploaded, or else those that the
 * Worker brings along. They are exchanged as a whole, between two pages: whoever asks for `matcher`
 * in one turn of the event loop has the same rules throughout.
 */
export class RulesInForce {
  readonly #options: RulesInForceOptions;
  #inForce: InForce;

  /**
   * Puts in force what was uploaded, if it loads, or else the rules of the Worker.
   *
   * @param options The log, the rules of the Worker, and which rules make alerts.
   * @returns The rules in force.
   */
  static async open(options: OpenRulesOptions): Promise<RulesInForce> {
    return new RulesInForce(options, await openUploaded(options));
  }

  /**
   * @param options The log, the rules of the Worker, and which rules make alerts.
   * @param opened What was uploaded; default nothing.
   */
  constructor(options: RulesInForceOptions, opened: Opened = {}) {
    this.#options = options;
    this.#inForce = this.#orBundled(opened);
  }

  /** The compiled rules. */
  get matcher(): RuleMatcher {
    return this.#inForce.matcher;
  }

  /** Names what the rules are. */
  get revision(): string {
    return (this.#inForce.uploaded?.bundle ?? this.#options.bundled).revision;
  }

  /** What keeps some rules of the Worker from being in force. */
  get problems(): readonly string[] {
    return this.#inForce.problems;
  }

  /** Why rules that were uploaded are not in force; undefined if they are, or there are none. */
  get refusal(): string | undefined {
    return this.#inForce.refusal;
  }

  /**
   * The file that a rule in force was built from.
   *
   * @param file Its name, as the rule states it.
   * @returns Its text; undefined if the bundle was built without it.
   */
  sourceOf(file: string | undefined): string | undefined {
    const { sources = {} } = this.#inForce.uploaded?.bundle ?? this.#options.bundled;
    return file !== undefined && Object.hasOwn(sources, file) ? sources[file] : undefined;
  }

  /** Which rules are in force. */
  get state(): RulesState {
    const { bundled } = this.#options;
    const { at, by } = this.#inForce.uploaded ?? {};
    return {
      revision: this.revision,
      source: this.#inForce.uploaded === undefined ? "bundled" : "uploaded",
      bundledRevision: bundled.revision,
      uploadedAt: at === undefined ? null : new Date(at).toISOString(),
      uploadedBy: by ?? null,
      refused: this.#inForce.refusal ?? null,
    };
  }

  /**
   * Puts other rules in force, and stores them. Where anything is wrong with them, those in force
   * stay.
   *
   * @param value What was uploaded, as JSON data.
   * @param by The name of the token.
   * @returns What is wrong with them, each with its place; empty if they are in force.
   * @throws {unknown} What the storage threw; then nothing has changed.
   */
  upload(value: unknown, by: string): readonly string[] {
    const { log, scope, clock } = this.#options;
    const { bundle, matcher, problems } = openBundle(value, scope);
    if (bundle === undefined) return problems;
    if (matcher.alerting.length === 0) return [NOTHING_ALERTS];
    const uploaded: Uploaded = { bundle, at: clock.now(), by };
    if (isLarger(JSON.stringify(uploaded), MAX_STORED_BYTES)) {
      return [
        `bundle: It takes more than ${MAX_STORED_BYTES} bytes, the most that the log can store`,
      ];
    }
    const { revision } = bundle;
    log.transaction(() => {
      log.saveCheckpoint(UPLOADED_RULES, uploaded);
      log.saveCheckpoint(OPENINGS, 0);
      log.addChange({ at: uploaded.at, by, what: "rules.uploaded", about: revision, details: [] });
    });
    this.#inForce = { matcher, problems: [], uploaded };
    return [];
  }

  /**
   * Puts the rules of the Worker in force again, and forgets those that were uploaded.
   *
   * @param by The name of the token.
   * @throws {unknown} What the storage threw; then nothing has changed.
   */
  reset(by: string): void {
    const { log, bundled: { revision: about }, clock } = this.#options;
    const loaded = this.#bundled();
    log.transaction(() => {
      log.saveCheckpoint(UPLOADED_RULES, null);
      log.saveCheckpoint(OPENINGS, 0);
      log.addChange({ at: clock.now(), by, what: "rules.reset", about, details: [] });
    });
    this.#inForce = loaded;
  }

  /** Puts in force what was uploaded according to the log: a backup was restored. */
  reopen(): void {
    const { log, report } = this.#options;
    log.saveCheckpoint(OPENINGS, 0); // these have not been opened before
    let opened: Opened;
    try {
      opened = openStored(readStored(log), this.#options);
    } catch (error) {
      opened = refused(report, CANNOT_BE_OPENED, error);
    }
    this.#inForce = this.#orBundled(opened);
  }

  #orBundled({ matcher, ...opened }: Opened): InForce {
    return matcher === undefined
      ? { ...opened, ...this.#bundled() }
      : { ...opened, matcher, problems: [] };
  }

  /** Loads the rules of the Worker, without those that do not load. */
  #bundled(): Loaded {
    const { bundled, scope, report } = this.#options;
    const problems: string[] = [];
    const matcher = matchRules(bundled, (what, facts) => {
      problems.push(`${facts.title}: ${facts.message}`);
      report(what, facts);
    }, scope);
    return { matcher, problems };
  }
}

/**
 * Opens the bundle that was uploaded. One that is too large may end the process, which would then
 * never come far enough to be told to forget it: so it is noted beforehand that it is being opened.
 */
async function openUploaded(options: OpenRulesOptions): Promise<Opened> {
  const { log, durable, report } = options;
  const note = (openings: number) => {
    try {
      log.saveCheckpoint(OPENINGS, openings);
    } catch (error) {
      // A database that is full must not cost the rules as well.
      report("It cannot be noted that uploaded rules are being opened", error);
    }
  };
  try {
    const uploaded = readStored(log);
    if (uploaded === undefined) return {};
    const openings = log.checkpoint<number>(OPENINGS) ?? 0;
    if (openings >= MAX_OPENINGS) return refused(report, ENDS_PROCESS);
    note(openings + 1);
    await durable();
    try {
      return openStored(uploaded, options);
    } finally {
      note(0);
    }
  } catch (error) {
    return refused(report, CANNOT_BE_OPENED, error);
  }
}

/** What was uploaded, as the log has it: up to 2 MB of JSON. */
function readStored(log: Pick<Log, "checkpoint">): Uploaded | undefined {
  return log.checkpoint<Uploaded | null>(UPLOADED_RULES) ?? undefined;
}

function openStored(
  uploaded: Uploaded | undefined,
  { scope, report }: RulesInForceOptions,
): Opened {
  if (uploaded === undefined) return {};
  const { matcher, problems = [] } = openBundle(uploaded.bundle, scope);
  return matcher === undefined ? refused(report, problems.join("; ")) : { uploaded, matcher };
}

function refused(
  report: RulesInForceOptions["report"],
  refusal: string,
  facts: unknown = { refusal },
): Opened {
  report("The uploaded rules do not load; those that were built are in force", facts);
  return { refusal: oneLine(refusal) };
}
