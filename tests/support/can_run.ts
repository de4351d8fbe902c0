/**
 * Whether this machine has a program, so that a test which needs more than Node and Deno can be
 * ignored where it is missing, and is shown as ignored.
 *
 * @param name The program.
 * @param args With which arguments it succeeds at once.
 */
export async function canRun(name: string, ...args: string[]): Promise<boolean> {
  try {
    return (await new Deno.Command(name, { args, stderr: "null" }).output()).success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
