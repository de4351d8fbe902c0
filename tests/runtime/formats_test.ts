import { assertEquals } from "@std/assert";
import { Miniflare } from "miniflare";
import * as v from "valibot";
import type { MessageContent } from "../../src/delivery/format/format.ts";
import { FORMAT_NAMES, type FormatName, formatOf } from "../../src/delivery/format/formats.ts";
import { buildWorker } from "../../src/local/build_worker.ts";
import { closed, CONTENTS, created } from "../support/receivers/contents.ts";
import { SAMPLE_OPTIONS } from "../support/receivers/sample_options.ts";

/** A format, its options and what to tell. */
export type MadeRequest = readonly [FormatName, unknown, MessageContent];

/** Texts that have to be cut between letters. */
const LONG = ["e\u0301\u0323", "🇵🇹", "👍🏽", "שָׁלוֹם", "ก็", "한", "<&>", "`@all` "]
  .map((letter) => created({ user: letter.repeat(3_000) }, { description: letter.repeat(9_000) }));

Deno.test({
  name: "in workerd, every format makes the requests that it makes on Deno",
  // esbuild and miniflare keep processes and sockets of their own.
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    const contents = [...Object.values(CONTENTS), closed(), ...LONG];
    const wanted = FORMAT_NAMES.flatMap((format) => {
      const options = v.parse(formatOf(format).optionsSchema, SAMPLE_OPTIONS[format]);
      // As they arrive over there.
      return contents.map((content): MadeRequest =>
        JSON.parse(JSON.stringify([format, options, content]))
      );
    });
    const { text } = await buildWorker("tests/runtime/formats_worker.ts");
    const miniflare = new Miniflare({
      cf: false, // or it would fetch an example from the internet
      telemetry: { enabled: false },
      workers: [{
        config: {
          name: "formats",
          compatibilityDate: "2026-04-01",
          manifest: {
            mainModule: "worker.mjs",
            modulesRoot: "/",
            modules: { "worker.mjs": { type: "esm", contents: text } },
          },
        },
      }],
    });
    try {
      const response = await miniflare.dispatchFetch("http://formats.test/", {
        method: "POST",
        body: JSON.stringify(wanted),
      });
      const made = await response.json() as unknown[];
      assertEquals(made.length, wanted.length);
      for (const [index, [format, options, content]] of wanted.entries()) {
        const here = formatOf(format).request(content, {
          options,
          linkTo: (id) => `https://x.example/${id}`,
        });
        assertEquals(made[index], here as unknown, `${format} ${index}`);
      }
    } finally {
      await miniflare.dispose();
    }
  },
});
