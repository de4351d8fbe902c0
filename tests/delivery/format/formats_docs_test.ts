import { assert, assertEquals, assertObjectMatch } from "@std/assert";
import * as v from "valibot";
import { EndpointSchema } from "../../../src/delivery/endpoint.ts";
import { FORMAT_NAMES, formatOf } from "../../../src/delivery/format/formats.ts";
import { created } from "../../support/receivers/contents.ts";

const text = await Deno.readTextFile(new URL("../../../docs/formats.md", import.meta.url));

/** The JSON blocks of the section of a format: its configuration, then its body. */
function blocksOf(name: string): unknown[] {
  const [_, section = ""] = text.split(`\n## ${name}\n`);
  const blocks = section.split("\n## ")[0]!.matchAll(/^(`{3,})json\n(.*?)^\1$/gms);
  return Array.from(blocks, ([_, __, json]) => JSON.parse(json!));
}

Deno.test("docs/formats.md lists every format, whether it signs and whether it is told of closing", () => {
  const rows = text.matchAll(/^\| \[?`([a-z-]+)`.*\|.*\| (\w+) +\| (yes|no) +\|/gm);
  const secrets = { always: "required", "if-secret": "optional", never: "none" };
  assertEquals(
    Array.from(rows, ([_, ...row]) => row),
    FORMAT_NAMES.map((name) => {
      const { signs, closes } = formatOf(name);
      return [name, secrets[signs], closes ? "yes" : "no"];
    }),
  );
});

for (const name of FORMAT_NAMES) {
  if (name === "standard") continue; // configuration.md and alerts.md have it
  Deno.test(`docs/formats.md shows a configuration of ${name} that is valid, and what it sends`, () => {
    const [configuration, body] = blocksOf(name);
    const { format, options } = v.parse(EndpointSchema, configuration);
    assertEquals(format, name);
    assert(JSON.stringify(configuration, null, 2).split("\n").length <= 12, "five lines or so");
    const request = formatOf(format).request(created(), {
      options,
      linkTo: (id) => `https://panoptes.example.com/#/alerts?id=${id}`,
    });
    const sent = request.body.trim().split("\n").map((line) => JSON.parse(line));
    assertObjectMatch({ sent: sent.length === 1 ? sent[0] : sent }, { sent: body });
  });
}
