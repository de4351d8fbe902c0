import { EXIT_CODE } from "../exit_code.ts";

/**
 * A signal that is aborted when the process is asked to end, so that a command can keep what it has.
 * The next such signal ends the process at once.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const { signal } = controller;
  const names: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  for (const name of names) {
    Deno.addSignalListener(name, () => {
      if (signal.aborted) Deno.exit(EXIT_CODE.interrupted);
      controller.abort();
    });
  }
  return signal;
}
