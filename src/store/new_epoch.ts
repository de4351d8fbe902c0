/**
 * A name for one life of the log, later ones greater than earlier ones where the clock agrees.
 *
 * @param now Milliseconds since the Unix epoch.
 * @param random Chance in [0, 1): two logs of one moment differ.
 * @returns Letters and digits, 15 of them.
 */
export function newEpoch(now: number, random: () => number): string {
  const time = Math.max(0, Math.floor(now)).toString(36).padStart(9, "0");
  return time + Math.floor(random() * 36 ** 6).toString(36).padStart(6, "0");
}
