import { type Document, fences } from "./document.ts";

/** Why a command of the documents is not run here: a closed list. */
export const REASONS = {
  "long": "a test of its own, which takes minutes; whoever changes what it tests runs it",
  "second": "needs a second Panoptes; a test of its own starts one",
  "cloudflare": "needs a Cloudflare account",
  "machine": "changes the machine: root, systemd, a container engine or a web server",
  "registry": "needs what is not published yet, or installs from a registry",
  "product": "needs an account or an installation of somebody else's product",
} as const;

/** Why a command is not run. */
export type Reason = keyof typeof REASONS;

/** Commands that are never run, wherever they stand. */
const NEVER: readonly [command: RegExp, reason: Reason][] = [
  [/\bdeno(@[\d.]+)? task (-q )?(test|ok|check|test:docs)\b/, "long"],
  [/\bdeno(@[\d.]+)? task (-q )?(simulate|chaos|soak|fuzz|load|endure|bench|cost)\b/, "long"],
  [/\bdeno(@[\d.]+)? task (-q )?conformance$/, "long"],
  [
    /\bwrangler (login|logout|whoami|secret|deploy|tail|rollback|versions|delete|r2|d1)\b/,
    "cloudflare",
  ],
  [/\bdeno(@[\d.]+)? task (-q )?deploy\b/, "cloudflare"],
  [
    /^(sudo|systemctl|systemd-analyze|journalctl|docker|podman|apt|apt-get|nginx|caddy)\b/,
    "machine",
  ],
];

/** One command of a document. */
export interface Command {
  /** Its document and the line where it begins. */
  readonly place: string;
  /** The command, with all its lines. */
  readonly text: string;
  /** Why it is not run; undefined if it is. */
  readonly skipped: string | undefined;
}

/**
 * The commands in the `sh` and `bash` blocks of a document, in their order. What a reader does by
 * hand, such as editing a file, stands in between as `<!-- by hand: COMMAND -->`.
 */
export function commands(document: Document): Command[] {
  const shell = fences(document).filter(({ language }) => /^(sh|bash)$/.test(language));
  const typed = shell.flatMap(({ line, lines, mark }) =>
    split(lines).map(({ at, text }) => ({
      line: line + at,
      text,
      skipped: mark ?? NEVER.find(([command]) => command.test(bare(text)))?.[1],
    }))
  );
  const byHand = document.lines.flatMap((text, index) => {
    const [, command] = /^<!-- by hand: (.*) -->$/.exec(text) ?? [];
    return command === undefined ? [] : [{ line: index + 1, text: command, skipped: undefined }];
  });
  return [...typed, ...byHand].sort((one, other) => one.line - other.line)
    .map(({ line, text, skipped }) => ({ place: `${document.path}:${line}`, text, skipped }));
}

/** A command without the comment at its end. */
function bare(text: string): string {
  return text.replace(/\s+#[^"'\n]*$/, "").trim();
}

/** Splits lines of shell into commands, of which some have several lines. */
function split(lines: readonly string[]): { at: number; text: string }[] {
  const found: { at: number; text: string }[] = [];
  let begun: { at: number; text: string } | undefined;
  for (const [at, line] of lines.entries()) {
    if (begun === undefined && /^\s*(#.*)?$/.test(line)) continue;
    begun = begun === undefined
      ? { at, text: line }
      : { at: begun.at, text: `${begun.text}\n${line}` };
    if (!isComplete(begun.text)) continue;
    found.push(begun);
    begun = undefined;
  }
  if (begun !== undefined) throw new Error(`Not a complete command: ${begun.text}`);
  return found;
}

/** Whether bash could run it; a document that is open still warns. */
function isComplete(text: string): boolean {
  if (text.endsWith("\\")) return false;
  const { success, stderr } = new Deno.Command("bash", {
    args: ["-n", "-c", text],
    stderr: "piped",
  })
    .outputSync();
  return success && stderr.length === 0;
}
