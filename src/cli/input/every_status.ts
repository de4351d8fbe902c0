/** For commands that look at rules and do not run them: also those that are deprecated or unsupported. */
export const EVERY_STATUS: readonly string[] = [
  "stable",
  "test",
  "experimental",
  "deprecated",
  "unsupported",
];
