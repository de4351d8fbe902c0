import { CliCommand } from "./cli_command.ts";
import { alertsCommand } from "./commands/alerts.ts";
import { backtestCommand } from "./commands/backtest.ts";
import { completionsCommand } from "./commands/completions.ts";
import { deliveriesCommand } from "./commands/deliveries.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { emulatorCommand } from "./commands/emulator.ts";
import { endpointsCommand } from "./commands/endpoints.ts";
import { eventsExportCommand } from "./commands/events_export.ts";
import { eventsSummarizeCommand } from "./commands/events_summarize.ts";
import { logExportCommand } from "./commands/log_export.ts";
import { logImportCommand } from "./commands/log_import.ts";
import { matchCommand } from "./commands/match_events.ts";
import { rulesBuildCommand } from "./commands/rules_build.ts";
import { rulesCheckCommand } from "./commands/rules_check.ts";
import { rulesExplainCommand } from "./commands/rules_explain.ts";
import { rulesNewCommand } from "./commands/rules_new.ts";
import { rulesPushCommand } from "./commands/rules_push.ts";
import { rulesTestCommand } from "./commands/rules_test.ts";
import { serveCommand } from "./commands/serve.ts";
import { silencesCommand } from "./commands/silences.ts";
import { tailCommand } from "./commands/tail.ts";
import { tokenCreateCommand } from "./commands/token_create.ts";

/**
 * The tree of all commands. A command is declared in its own file in `commands/`; here it gets its
 * place.
 *
 * @returns The command `panoptes`.
 */
export function panoptesCommand(): CliCommand {
  return new CliCommand("panoptes")
    .description(
      "Write, check, test and explain Sigma rules, try them on events, and operate a running Panoptes.",
    )
    .with(
      new CliCommand("rules").description("write, check, test or explain rules").with(
        rulesNewCommand(),
        rulesCheckCommand(),
        rulesBuildCommand(),
        rulesPushCommand(),
        rulesTestCommand(),
        rulesExplainCommand(),
      ),
      new CliCommand("events").description("show or export events").with(
        eventsSummarizeCommand(),
        eventsExportCommand(),
      ),
      tailCommand(),
      backtestCommand(),
      matchCommand(),
      alertsCommand(),
      silencesCommand(),
      endpointsCommand(),
      deliveriesCommand(),
      new CliCommand("log").description("save and restore the log of a running Panoptes").with(
        logExportCommand(),
        logImportCommand(),
      ),
      new CliCommand("token").description("make tokens for the HTTP interface").with(
        tokenCreateCommand(),
      ),
      serveCommand(),
      doctorCommand(),
      emulatorCommand(),
      completionsCommand(panoptesCommand),
    )
    .note("In the repository, write 'deno task -q panoptes' for 'panoptes'.")
    .example("panoptes rules check rules", "find errors in rules")
    .example("panoptes rules test rules", "run the tests inside rules")
    .example("panoptes events summarize --since 30d", "show which events there are")
    .example('panoptes rules new --event "Test deleted."', "write a rule for one of them")
    .example("panoptes match --rules rules events.ndjson", "find the events that match")
    .example("panoptes backtest --rules rules --since 30d", "show the alerts of the past")
    .example(
      "panoptes tail alerts --level high,critical",
      "follow the alerts of a running Panoptes",
    )
    .example("panoptes events export --since 30d --out events.ndjson", "keep a range of events")
    .example("panoptes alerts list --state open", "show what nobody has handled")
    .example("panoptes doctor", "check what it depends on, and what to mend")
    .example("panoptes endpoints test on-call", "try an endpoint of a running Panoptes")
    .example("panoptes deliveries list --state dead", "show what was given up")
    .example("panoptes serve --config panoptes.env", "run a server on this machine");
}
