import { matchRules, type RuleMatcher } from "../alert/match_rules.ts";
import { openBundle } from "../alert/open_bundle.ts";
import type { SealedBundle } from "../alert/rule_bundle.ts";
import { isLarger } from "../alert/shorten.ts";
import type { RulesState } from "../http/log_access.ts";
import type { Log } from "../store/log.ts";
import type { Clock } from "../stream/clock.ts";
import { oneLine } from "../stream/plain_text.ts";

/** The checkpoint that holds an uploaded bundle. */
const UPLOADED = "uploaded rules";

/** A row has to hold the bundle, and may have 2 MB. */
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

/** What rules in force need. */
export interface RulesInForceOptions {
  /** The log, whose database keeps what was uploaded. */
  readonly log: Pick<Log, "checkpoint" | "saveCheckpoint" | "addChange" | "transaction">;
  /** The rules that the Worker brings along. */
  readonly bundled: SealedBundle;
  /** The ids and names of rules that are switched off. */
  readonly disabled: readonly string[];
  /** Time. */
  readonly clock: Clock;
  /** Told what is wrong with a rule. */
  readonly report: (what: string, facts: unknown) => void;
}

/**
 * The rules that events are matched against: those that were uploaded, or else those that the
 * Worker brings along. They are exchanged as a whole, between two pages: whoever asks for `matcher`
 * in one turn of the event loop has the same rules throughout.
 */
export class RulesInForce {
  readonly #options: RulesInForceOptions;
  #loaded: Loaded;
  #uploaded: Uploaded | undefined;
  /** Why the uploaded rules are not in force. */
  #refusal: string | undefined;

  /** @param options The log, the rules of the Worker, and what is switched off. */
  constructor(options: RulesInForceOptions) {
    this.#options = options;
    this.#loaded = this.#open();
  }

  /** The compiled rules. */
  get matcher(): RuleMatcher {
    return this.#loaded.matcher;
  }

  /** Names what the rules are. */
  get revision(): string {
    return (this.#uploaded?.bundle ?? this.#options.bundled).revision;
  }

  /** What keeps some rules of the Worker from being in force. */
  get problems(): readonly string[] {
    return this.#loaded.problems;
  }

  /** Why rules that were uploaded are not in force; undefined if they are, or there are none. */
  get refusal(): string | undefined {
    return this.#refusal;
  }

  /** Which rules are in force. */
  get state(): RulesState {
    const { bundled } = this.#options;
    const { at, by } = this.#uploaded ?? {};
    return {
      revision: this.revision,
      source: this.#uploaded === undefined ? "bundled" : "uploaded",
      bundledRevision: bundled.revision,
      uploadedAt: at === undefined ? null : new Date(at).toISOString(),
      uploadedBy: by ?? null,
      refused: this.#refusal ?? null,
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
    const { log, disabled, clock } = this.#options;
    const { bundle, matcher, problems } = openBundle(value, { disabled });
    if (bundle === undefined) return problems;
    if (matcher.alerting.length === 0) return [NOTHING_ALERTS];
    const uploaded: Uploaded = { bundle, at: clock.now(), by };
    if (isLarger(JSON.stringify(uploaded), MAX_STORED_BYTES)) {
      return [
        `bundle: It takes more than ${MAX_STORED_BYTES} bytes, which no row of the log holds`,
      ];
    }
    const { revision } = bundle;
    log.transaction(() => {
      log.saveCheckpoint(UPLOADED, uploaded);
      log.addChange({ at: uploaded.at, by, what: "rules.uploaded", about: revision, details: [] });
    });
    this.#loaded = { matcher, problems: [] };
    this.#uploaded = uploaded;
    this.#refusal = undefined;
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
      log.saveCheckpoint(UPLOADED, null);
      log.addChange({ at: clock.now(), by, what: "rules.reset", about, details: [] });
    });
    this.#loaded = loaded;
    this.#uploaded = undefined;
    this.#refusal = undefined;
  }

  #open(): Loaded {
    const { log, disabled, report } = this.#options;
    let refusal: string;
    try {
      const stored = log.checkpoint<Uploaded | null>(UPLOADED) ?? undefined;
      if (stored === undefined) return this.#bundled();
      const { matcher, problems } = openBundle(stored.bundle, { disabled });
      if (matcher !== undefined) {
        this.#uploaded = stored;
        return { matcher, problems: [] };
      }
      refusal = problems.join("; ");
    } catch (error) {
      refusal = error instanceof Error ? error.message : String(error);
    }
    this.#refusal = oneLine(refusal);
    report("The uploaded rules do not load; those of the Worker are in force", { refusal });
    return this.#bundled();
  }

  /** Loads the rules of the Worker, without those that do not load. */
  #bundled(): Loaded {
    const { bundled, disabled, report } = this.#options;
    const problems: string[] = [];
    const matcher = matchRules(bundled, (what, facts) => {
      problems.push(`${facts.title}: ${facts.message}`);
      report(what, facts);
    }, { disabled });
    return { matcher, problems };
  }
}
