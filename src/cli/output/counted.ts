/** A number with its noun: "1 rule", "2 rules", "3 matches". */
export function counted(number: number, noun: string): string {
  const plural = noun.endsWith("ch") ? `${noun}es` : `${noun}s`;
  return `${number} ${number === 1 ? noun : plural}`;
}
