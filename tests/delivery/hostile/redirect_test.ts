import { assertEquals } from "@std/assert";
import * as v from "valibot";
import { attempt } from "../../../src/delivery/attempt.ts";
import { EndpointSchema } from "../../../src/delivery/endpoint.ts";
import { systemClock } from "../../../src/stream/clock.ts";
import { REDIRECT_CASES } from "./redirect_cases.ts";

const message = {
  webhookId: "a1b2",
  request: { headers: { "content-type": "application/json" }, body: "{}" },
};

for (const { status, headers, source } of REDIRECT_CASES) {
  const where = JSON.stringify(headers).replaceAll("PORT", "…");
  Deno.test(`an answer ${status} with ${where} leads nowhere (${source})`, async () => {
    const requests: string[] = [];
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => {
        requests.push(new URL(request.url).pathname);
        const { port } = server.addr;
        const answered = Object.entries(headers)
          .map(([name, value]): [string, string] => [name, value.replace("PORT", String(port))]);
        return new Response(null, { status, headers: answered });
      },
    );
    const endpoint = v.parse(EndpointSchema, {
      name: "siem",
      url: `http://127.0.0.1:${server.addr.port}/hook`,
      secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
      allowHttpLoopback: true,
    });
    const outcome = await attempt(message, endpoint, { clock: systemClock });
    assertEquals([outcome.code, outcome.status], ["answered", status]);
    assertEquals(requests, ["/hook"]);
  });
}
