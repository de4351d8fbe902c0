const encoder = new TextEncoder();

/** Colours that mean something; none where NO_COLOR is set or the output is no terminal. */
const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** The name of a colour or weight. */
export type Style = keyof typeof CODES;

/** Where a command writes what people read. */
export const terminal = {
  /** Writes one line; a reader who has gone away, such as `head`, is no error. */
  say(line = ""): void {
    let bytes = encoder.encode(`${line}\n`);
    try {
      while (bytes.length > 0) bytes = bytes.subarray(Deno.stdout.writeSync(bytes));
    } catch (error) {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    }
  },
  /** Text in a style, where styles are wanted. */
  paint(style: Style, text: string): string {
    if (Deno.noColor || !Deno.stdout.isTerminal()) return text;
    return `\u001b[${CODES[style]}m${text}\u001b[0m`;
  },
};
