import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { attempt } from "../../../src/delivery/attempt.ts";
import { checkUrl } from "../../../src/delivery/check_url.ts";
import { EndpointSchema } from "../../../src/delivery/endpoint.ts";
import { ManualClock } from "../../support/manual_clock.ts";
import { URL_CASES } from "./url_cases.ts";

const config = {
  name: "siem",
  url: "https://hooks.example.com/",
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
};
const endpoint = v.parse(EndpointSchema, config);
const message = {
  webhookId: "a1b2",
  request: { headers: { "content-type": "application/json" }, body: "{}" },
};

for (const { family, source, refused, urls } of URL_CASES) {
  for (const url of urls) {
    Deno.test(`${family}: ${JSON.stringify(url)} is refused when saved and when sent (${source})`, async () => {
      assertEquals(checkUrl(url), { refused });
      assertEquals(
        v.safeParse(EndpointSchema, { ...config, url }).issues?.map(({ message }) => message),
        [`must be a URL that may be called: ${refused}`],
      );
      // As if it had been stored by an older version, or past the check.
      const outcome = await attempt(message, { ...endpoint, url }, {
        clock: new ManualClock(),
        fetch: () => {
          throw new Error("must not be called");
        },
        resolve: () => {
          throw new Error("must not be looked up");
        },
      });
      assertEquals([outcome.kind, outcome.code, outcome.excerpt], [
        "permanent",
        "url_refused",
        refused,
      ]);
    });
  }
}
