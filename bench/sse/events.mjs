// What every server of the benchmark sends; plain JavaScript, since Node runs it too.

/**
 * @param {number} n
 * @param {number} [padding] How much longer it is than usual, in characters.
 */
export function usualEvent(n, padding = 0) {
  return {
    accountGroupName: "ACME Prod",
    aid: "1234",
    date: new Date(1_790_000_000_000 + n * 1_000).toISOString(),
    event: `Test updated ${n}`,
    ipAddress: "10.1.2.3",
    uid: "100234",
    user: "Ann Person (user.12@example.com)",
    resources: [
      { type: "testName", name: `payments-core-123${"x".repeat(padding)}` },
      { type: "accountGroup", name: "ACME" },
    ],
  };
}

/**
 * @param {number} seq
 * @param {string} type
 */
export function frameOf(seq, type) {
  return `id: bench.${seq}\nevent: ${type}\ndata: ${JSON.stringify(usualEvent(seq))}\n\n`;
}
