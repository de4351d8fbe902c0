/**
 * A signal that is aborted when the process is asked to end, so that a command can keep what it has.
 * The next such signal ends the process at once.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  const names: Deno.Signal[] = Deno.build.os === "windows" ? ["SIGINT"] : ["SIGINT", "SIGTERM"];
  const stop = () => {
    for (const name of names) Deno.removeSignalListener(name, stop);
    controller.abort();
  };
  for (const name of names) Deno.addSignalListener(name, stop);
  return controller.signal;
}
