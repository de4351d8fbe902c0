/** Asks repeatedly until `check` holds; fails after 90 s. */
export async function eventually<T>(
  ask: () => Promise<T>,
  check: (value: T) => boolean,
): Promise<T> {
  const ends = Date.now() + 90_000;
  for (;;) {
    const value = await ask();
    if (check(value)) return value;
    if (Date.now() > ends) {
      throw new Error(`Still not as expected after 90 s: ${JSON.stringify(value)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
