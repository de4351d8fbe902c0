import { assertEquals, assertThrows } from "@std/assert";
import { openBundle } from "../../src/alert/open_bundle.ts";
import { bundleOf } from "../support/bundle_of.ts";

const BUNDLE = bundleOf(`
title: Failed login
logsource: { product: thousandeyes, service: audit }
detection: { words: { event: Login failed. }, condition: words }
`);

/** Options that fail while rules are compiled. */
const failing = (error: Error) => ({
  get disabled(): string[] {
    throw error;
  },
});

Deno.test("openBundle() keeps the text of a fault of its own from clients: it throws it", () => {
  assertThrows(() => openBundle(BUNDLE, failing(new TypeError("at secret.ts"))), TypeError);
  assertEquals(openBundle(BUNDLE, failing(new RangeError("Too large"))).problems, [
    "bundle: It cannot be compiled: Too large",
  ]);
});
