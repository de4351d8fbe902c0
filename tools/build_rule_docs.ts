/**
 * `deno task rules:docs`: writes `docs/rules.md`, which lists the rules of `rules/`.
 *
 * @module
 */
import { readRuleFiles } from "../src/cli/input/rule_files.ts";
import { readValueLists } from "../src/cli/input/value_lists.ts";
import {
  markBaseRules,
  parseSigma,
  type SigmaCorrelation,
  type SigmaRule,
} from "../src/sigma/mod.ts";
import { panoptesOf } from "../src/sigma/panoptes_field.ts";
import { LEVELS } from "../src/sigma/vocabulary.ts";

type Document = SigmaRule | SigmaCorrelation;

/** What rules for audit logs of services watch, and the files here that do. */
const TOPICS: Readonly<Record<string, readonly string[]>> = {
  "Privileges are granted": [
    "administrator_added",
    "role_or_permission_changed",
    "role_assigned",
    "role_raised_then_used",
    "role_changed_then_alerts_disabled",
  ],
  "The authentication policy is weakened": [
    "authentication_policy_weakened",
    "second_factor_reset",
  ],
  "The identity provider changes": ["authentication_settings_changed"],
  "Tokens are created and revoked": [
    "api_token_created",
    "api_token_revoked",
    "first_api_token",
    "many_api_tokens_created",
  ],
  "Passwords are guessed": [
    "login_failed",
    "failed_login_burst",
    "failed_login_storm",
    "failed_logins_from_many_addresses",
    "password_spray",
    "login_after_failures",
    "account_takeover",
    "user_locked",
  ],
  "Logins come from unusual places": [
    "login_succeeded",
    "login_outside_allowed_networks",
    "login_from_new_network",
    "new_network_of_many_users",
    "new_network_then_lasting_change",
  ],
  "Users come and go": [
    "user_added",
    "many_users_added",
    "user_removed",
    "many_users_removed",
    "user_from_unexpected_domain",
    "login_from_foreign_domain",
  ],
  "Monitoring is switched off": [
    "alert_rule_deleted_or_disabled",
    "alerts_disabled_then_tests_deleted",
    "agent_deleted_or_disabled",
    "integration_changed",
  ],
  "Much is deleted at once": [
    "test_deleted",
    "mass_test_deletion",
  ],
  "Data leaves": [
    "report_or_dashboard_shared",
    "published_outside",
    "many_things_shared",
    "integration_created",
  ],
  "Somebody acts as somebody else": ["user_impersonated"],
  "Accounts are used as they should not be": [
    "activity_outside_working_hours",
    "break_glass_account_used",
    "service_account_login",
  ],
  "The audit log itself": ["data_stream_changed", "activity_log_silent"],
  "Account groups and limits": [
    "account_group_changed",
    "account_group_deleted",
    "new_account_group_for_user",
    "usage_limit_changed",
  ],
};

/**
 * The text of `docs/rules.md`.
 *
 * @param folder The folder of the rules.
 * @returns Markdown.
 * @throws {Error} If a rule belongs to no topic, or a topic names a rule that does not exist.
 */
export async function rulesDocument(folder: string): Promise<string> {
  const parsed = (await readRuleFiles([folder])).map(({ file, text }) =>
    parseSigma(text, { file })
  );
  const rules = parsed.flatMap(({ rules }) => rules);
  const correlations = parsed.flatMap(({ correlations }) => correlations);
  markBaseRules(rules, correlations);
  const silent = silentOf(rules, correlations);
  const documents: Document[] = [...rules, ...correlations].sort(byLevelAndTitle);
  const topicOf = new Map(
    Object.entries(TOPICS).flatMap(([topic, files]) => files.map((file) => [file, topic])),
  );
  const known = new Set(documents.map(fileOf));
  const odd = [
    ...[...known].filter((file) => !topicOf.has(file)),
    ...[...topicOf.keys()].filter((file) => !known.has(file)),
  ];
  if (odd.length > 0) throw new Error(`Not both a rule and in a topic: ${odd.join(", ")}`);
  const lists = Object.keys((await readValueLists([folder])).lists.placeholders ?? {});
  const isSent = ({ level }: Document) => rank(level) >= rank("medium");
  const alone = documents.filter((document) => !silent.has(document));
  return [
    INTRODUCTION.replace("RULES", String(rules.length))
      .replace("CORRELATIONS", String(correlations.length)),
    section("What is sent", SENT, alone.filter(isSent)),
    section("What is recorded", RECORDED, alone.filter((document) => !isSent(document))),
    section("What only correlations see", SILENT, documents.filter((each) => silent.has(each))),
    topicTable(documents, topicOf),
    listTable(documents, lists),
  ].join("\n");
}

const INTRODUCTION = `<!-- deno-fmt-ignore-file -->
<!-- This file is generated: deno task rules:docs -->

# Rules

\`rules/\` holds RULES rules and CORRELATIONS correlations for the ThousandEyes activity log. ThousandEyes publishes no
list of event texts, so the rules look for words: compare them with the events of your own log, and adapt what does
not fit. [tuning.md](tuning.md) shows how to quiet one without editing it. The name or id below the title of
a rule is what you write in \`DISABLED_RULES\` and in the \`rules\` of an endpoint.
`;
const SENT =
  "Rare events, and events that mean something together. Endpoints get the levels `medium` and above " +
  "unless their `minLevel` says otherwise.";
const RECORDED =
  "Everyday work. Its alerts can be read and streamed, and page nobody unless an endpoint asks for them with `minLevel`.";
const SILENT = "These make no alerts of their own; correlations count their matches.";

/** What makes no alert of its own: correlations refer to it, and none of them says `generate`. */
function silentOf(
  rules: readonly SigmaRule[],
  correlations: readonly SigmaCorrelation[],
): ReadonlySet<Document> {
  const [heard, quiet] = [true, false].map((wanted) =>
    correlations.filter(({ generate }) => generate === wanted).flatMap(({ rules }) => rules)
  );
  return new Set([
    ...rules.filter(({ base }) => base),
    ...correlations.filter(({ id = "", name = id }) =>
      quiet!.some((each) => each === id || each === name) &&
      !heard!.some((each) => each === id || each === name)
    ),
  ]);
}

function section(heading: string, text: string, documents: readonly Document[]): string {
  const rows = documents.map((document) => {
    const { title, level = "informational", name, id, description = "", falsepositives } = document;
    const { runbook = "" } = panoptesOf(document.custom);
    return [
      `[${shortTitle(title)}](../rules/${fileOf(document)}.yml)<br>\`${name ?? id}\``,
      level,
      description,
      `${runbook}. False positives: ${falsepositives.filter((each) => !isLoose(each)).join("; ")}`,
    ];
  });
  return `## ${heading}\n\n${text}\n\n${
    table(["rule", "level", "what it detects", "what to do"], rows)
  }`;
}

/** What every rule says that looks for words. */
function isLoose(falsepositive: string): boolean {
  return falsepositive.includes("publishes no list of event names");
}

function topicTable(documents: readonly Document[], topicOf: ReadonlyMap<string, string>): string {
  const rows = Object.keys(TOPICS).map((topic) => [
    topic,
    documents.filter((document) => topicOf.get(fileOf(document)) === topic)
      .map(({ title }) => shortTitle(title)).join("; "),
  ]);
  return `## By topic\n\n${table(["topic", "rules"], rows)}`;
}

function listTable(documents: readonly Document[], lists: readonly string[]): string {
  const rows = lists.map((list) => [
    `[\`${list}\`](../rules/lists/${list}.txt)`,
    documents.filter((document) =>
      document.kind === "rule" && JSON.stringify(document.detections).includes(`%${list}%`)
    ).map(({ title }) => shortTitle(title)).join("; ") || "filters only",
  ]);
  return `## Value lists\n\nWhat belongs to your organisation: each file says what it is for, and has ` +
    `examples to replace ([tuning](tuning.md#value-lists)).\n\n${table(["list", "rules"], rows)}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.trim().replaceAll("|", "\\|")).join(" | ")} |\n`;
  return [line(head), `|${"---|".repeat(head.length)}\n`, ...rows.map(line)].join("");
}

function fileOf({ file = "" }: Document): string {
  return file.replace(/^.*\//, "").replace(/\.ya?ml$/, "");
}

function shortTitle(title: string): string {
  return title.replace(/^ThousandEyes /, "");
}

function rank(level = "informational"): number {
  return Object.keys(LEVELS).indexOf(level);
}

function byLevelAndTitle(a: Document, b: Document): number {
  return rank(b.level) - rank(a.level) || (a.title < b.title ? -1 : 1);
}

if (import.meta.main) {
  await Deno.writeTextFile("docs/rules.md", await rulesDocument("rules"));
  Deno.exit(0);
}
