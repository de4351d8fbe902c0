import { assertEquals } from "@std/assert";
import { classifyError, classifyStatus } from "../../src/delivery/classify.ts";

const statuses = {
  ok: [200, 201, 202, 204, 299],
  gone: [410],
  throttle: [429, 502, 503, 504],
  permanent: [0, 300, 301, 302, 304, 307, 308, 400, 401, 403, 404, 405, 413, 422, 451, 499],
  retry: [408, 425, 500, 501, 505, 520, 524, 599, 999],
};

for (const [kind, list] of Object.entries(statuses)) {
  Deno.test(`classifyStatus() takes ${list.join(", ")} as ${kind}`, () => {
    assertEquals(list.map(classifyStatus), list.map(() => kind));
  });
}

Deno.test("classifyError() ignores words in the URL", () => {
  const url = "https://dns.example.com/certificate/refused";
  assertEquals(
    classifyError(new TypeError(`error sending request for url (${url})`)),
    "unreachable",
  );
});

Deno.test("classifyError() considers the cause of an error", () => {
  const error = new TypeError("fetch failed", {
    cause: new Error("connect ECONNREFUSED 127.0.0.1:1"),
  });
  assertEquals(classifyError(error), "connection_refused");
  assertEquals(classifyError("thrown text"), "unreachable");
});

Deno.test("classifyError() terminates on an error that is its own cause", () => {
  const error = new Error("round");
  error.cause = error;
  assertEquals(classifyError(error), "unreachable");
});
