/**
 * The processor time of a process so far, in milliseconds, of all its threads that still run (Linux
 * only). Other work of the machine affects it far less than it does the clock.
 *
 * @param pid The process.
 */
export function cpuTime(pid: number): number {
  let nanoseconds = 0;
  for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
    try {
      const times = Deno.readTextFileSync(`/proc/${pid}/task/${name}/schedstat`);
      nanoseconds += Number(times.split(" ")[0]);
    } catch {
      // that thread has just ended
    }
  }
  return nanoseconds / 1e6;
}
