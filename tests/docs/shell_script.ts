import type { Command } from "./commands.ts";

/** Programs that run until they are stopped: the commands after them use what they show. */
const SERVERS: readonly { command: RegExp; ready: RegExp }[] = [
  { command: /\btask start\b/, ready: /Ready after/ },
  { command: /\btask emulator\b|\bpanoptes emulator\b/, ready: /Press Ctrl-C/ },
  { command: /\b(task|panoptes) serve\b/, ready: /listens on/ },
  { command: /\bwrangler dev\b/, ready: /Ready on/ },
];

/** Commands that follow something without end: a few seconds of them show that they work. */
const ENDLESS = /\bcurl -N|\bpanoptes tail\b/;

const PRELUDE = `
set -eEuo pipefail
set -a
servers=()
stop_servers() {
  for server in "\${servers[@]}"; do
    kill -INT -- "-$server" 2>/dev/null || continue
    for _ in {1..150}; do
      kill -0 -- "-$server" 2>/dev/null || continue 2
      sleep 0.1
    done
    kill -KILL -- "-$server" 2>/dev/null || true
  done
  servers=()
}
trap stop_servers EXIT

# Starts a program and waits until it is ready. What it shows as Address and Token, the next
# commands have as variables.
serve() {
  stop_servers
  local log
  log=$(mktemp -p "$WORLD")
  setsid bash -c "$2" >"$log" 2>&1 </dev/null &
  servers+=($!)
  for ((tenths = 0; tenths < 3000; tenths++)); do
    if grep -qE "$1" "$log"; then
      cat "$log"
      found=$(sed -nE 's/^ *(Address|.*Ready on|.*listens on) +(http[^ ,]+).*/\\2/p' "$log" | head -n 1)
      [ -z "$found" ] || ADDRESS=$found
      found=$(sed -nE 's/^ *Token +(\\S+).*/\\1/p' "$log" | head -n 1)
      [ -z "$found" ] || TOKEN=$found
      return 0
    fi
    if ! kill -0 "\${servers[-1]}" 2>/dev/null; then break; fi
    sleep 0.1
  done
  cat "$log"
  return 1
}

# Follows something for a few seconds: it has to go on until it is stopped, without a complaint.
follow() {
  local code=0 seen
  seen=$(mktemp -p "$WORLD")
  timeout -s INT -k 5 8 bash -c "$1" >"$seen" 2>&1 || code=$?
  head -c 2000 "$seen"
  ! grep -q "^Cannot" "$seen" && { [ $code = 124 ] || [ $code = 0 ]; }
}
`;

/**
 * Writes what runs the commands of a document one after another, in one shell, as a reader would.
 *
 * @param commands The commands; skipped ones are left out.
 * @param values What the reader fills in for `…`, by what stands before it, and for the `address`
 * of Panoptes in the examples. The date in `until` becomes one that has not passed.
 * @returns A script of bash that says on file descriptor 3 which command it is about to run.
 */
export function shellScript(
  commands: readonly Command[],
  values: Readonly<Record<string, string>>,
): string {
  const parts = commands.filter(({ skipped }) => skipped === undefined).map(({ place, text }) => {
    const filled = fillIn(text, values);
    const server = SERVERS.find(({ command }) => command.test(text));
    const step = server !== undefined
      ? `serve ${quoted(server.ready.source)} ${quoted(filled)}`
      : ENDLESS.test(text)
      ? `follow ${quoted(filled)}`
      : filled;
    return `echo ${quoted(place)} >&3\n${step}\n`;
  });
  return PRELUDE + parts.join("");
}

function fillIn(text: string, values: Readonly<Record<string, string>>): string {
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString();
  return text.replace(/("until": ")[\d\-T:Z]+/g, `$1${tomorrow}`)
    .replace(/https:\/\/panoptes\.example\.com/g, (example) => values["address"] ?? example)
    .replace(/(\w+[=_])…/g, (whole, before: string) => {
      const value = values[before];
      if (value === undefined) throw new Error(`What is ${whole} in ${text}`);
      return before.endsWith("=") ? `${before}${quoted(value)}` : value;
    });
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
