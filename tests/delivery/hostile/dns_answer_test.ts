import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { attempt } from "../../../src/delivery/attempt.ts";
import { EndpointSchema } from "../../../src/delivery/endpoint.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { DNS_ANSWER_CASES } from "./dns_answer_cases.ts";

const endpoint = v.parse(EndpointSchema, {
  name: "siem",
  url: "https://hooks.example.com/",
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
});
const message = {
  webhookId: "a1b2",
  request: { headers: { "content-type": "application/json" }, body: "{}" },
};

/** Posts once for each lookup, and says where to. */
async function postWith(lookups: readonly (readonly string[])[]) {
  const pinned: (readonly string[])[] = [];
  const left = [...lookups];
  const outcomes = [];
  for (const _ of lookups) {
    outcomes.push(
      await attempt(message, endpoint, {
        clock: new ManualClock(),
        resolve: () => Promise.resolve(left.shift() ?? []),
        fetch: (_url, _init, addresses) => {
          pinned.push(addresses);
          return Promise.resolve(new Response());
        },
      }),
    );
  }
  return { outcomes, pinned };
}

for (const { answer, source, lookups } of DNS_ANSWER_CASES) {
  Deno.test(`a public name whose answer is ${answer || "empty"} is not called (${source})`, async () => {
    const { outcomes, pinned } = await postWith(lookups);
    const last = outcomes.at(-1);
    assertEquals([last?.code, last?.excerpt], [
      "url_refused",
      "its host has an address that is not public",
    ]);
    // What was public was called, and at no other address than the one that was checked.
    assertEquals(pinned, lookups.slice(0, -1));
  });
}

Deno.test("a name without an address is tried again, and not called", async () => {
  const { outcomes, pinned } = await postWith([[]]);
  assertEquals([outcomes[0]?.kind, outcomes[0]?.code, pinned], ["retry", "name_unknown", []]);
});
