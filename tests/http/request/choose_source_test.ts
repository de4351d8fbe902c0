import { assertEquals } from "@std/assert";
import { createGateway } from "../../../src/http/gateway.ts";
import { systemClock } from "../../../src/stream/clock.ts";
import { sha256 } from "../../support/api_token.ts";

const ORIGIN = "https://panoptes.test";
const everything = "everything-token";
const emea = "emea-token";
const both = "both-token";
const gone = "gone-token";
const tokenOf = async (text: string, sources?: string[]) => ({
  name: text,
  sha256: await sha256(text),
  scopes: ["admin" as const],
  ...(sources !== undefined && { sources }),
});
const tokens = await Promise.all([
  tokenOf(everything),
  tokenOf(emea, ["emea"]),
  tokenOf(both, ["emea", "apac", "gone"]),
  tokenOf(gone, ["gone"]),
]);

/** To what source and address a request was passed on, or the problem that it was answered with. */
async function asked(path: string, token: string, sources = ["default", "emea", "apac"]) {
  const app = createGateway({
    tokens,
    sources,
    clock: systemClock,
    backend: ({ url, method }, source) =>
      Response.json({ to: `${method} ${source} ${url.slice(ORIGIN.length)}` }),
    report: (error) => {
      throw error;
    },
  });
  const headers = { Authorization: `Bearer ${token}` };
  const response = await app.request(`${ORIGIN}${path}`, { headers });
  const { to, code, sources: named } = await response.json();
  return to ?? [response.status, code, named];
}

Deno.test("a request reaches the source that it names, without the name in its query", async () => {
  assertEquals(
    await asked("/v1/events?source=emea&event|startswith=Test%20a", everything),
    "GET emea /v1/events?event%7Cstartswith=Test+a",
  );
  assertEquals(await asked("/v1/alerts?source=apac", both), "GET apac /v1/alerts");
});

Deno.test("a request that names no source reaches the only one that its token may see", async () => {
  assertEquals(await asked("/v1/events?limit=1", emea), "GET emea /v1/events?limit=1");
  assertEquals(await asked("/v1/events", everything, ["default"]), "GET default /v1/events");
  assertEquals(await asked("/v1/events", both, ["default", "apac"]), "GET apac /v1/events");
});

Deno.test("a request that names none of several sources is told which there are for its token", async () => {
  assertEquals(await asked("/v1/events", everything), [
    400,
    "source_required",
    ["default", "emea", "apac"],
  ]);
  assertEquals(await asked("/v1/events", both), [400, "source_required", ["emea", "apac"]]);
});

Deno.test("a token that is limited to sources learns of no other, not even whether it exists", async () => {
  for (const name of ["default", "apac", "nothing", "EMEA", ""]) {
    assertEquals(await asked(`/v1/events?source=${name}`, emea), [403, "forbidden", ["emea"]]);
  }
  assertEquals(await asked("/v1/events", gone), [403, "forbidden", []]);
  assertEquals(await asked("/v1/events?source=gone", gone), [404, "unknown_source", []]);
  assertEquals(await asked("/v1/events?source=nothing", everything), [
    404,
    "unknown_source",
    ["default", "emea", "apac"],
  ]);
  assertEquals(await asked("/v1/events?source=emea&source=apac", everything), [
    400,
    "invalid_request",
    undefined,
  ]);
});
