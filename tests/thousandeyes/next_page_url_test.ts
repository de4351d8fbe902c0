import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { nextPageUrl } from "../../src/thousandeyes/page/next_page_url.ts";
import { PageTrail } from "../../src/thousandeyes/page/page_trail.ts";
import { ThousandEyesError } from "../../src/thousandeyes/errors/thousand_eyes_error.ts";

const REQUESTED = new URL("https://api.thousandeyes.com/v7/audit-user-events?cursor=now");

Deno.test("nextPageUrl() leaves the link unchanged", () => {
  const href =
    "https://api.thousandeyes.com/v7/audit-user-events?aid=2078791&useAllPermittedAids=false&max=500&cursor=b2Zmc2V0PTU1MDE4Mzgw&startDate=2024-11-28T08:59:17Z&endDate=2024-12-30T07:02:08Z";
  assertEquals(nextPageUrl({ href }, REQUESTED)?.href, href);
  const escaped = "https://api.thousandeyes.com/v7/audit-user-events?cursor=WyJh%2BIl0%3D";
  assertEquals(nextPageUrl({ href: escaped }, REQUESTED)?.href, escaped);
});

Deno.test("nextPageUrl() accepts a relative link, and takes a missing one for the end", () => {
  assertEquals(
    nextPageUrl({ href: "?cursor=later" }, REQUESTED)?.href,
    "https://api.thousandeyes.com/v7/audit-user-events?cursor=later",
  );
  assertEquals(
    nextPageUrl({ href: "/v7/audit-user-events/?cursor=later" }, REQUESTED)?.pathname,
    "/v7/audit-user-events/",
  );
  assertEquals(nextPageUrl(undefined, REQUESTED), undefined);
});

const REFUSED: [string, string][] = [
  ["https://evil.example/v7/audit-user-events?cursor=x", "foreign_link"],
  ["https://api.thousandeyes.com.evil.example/?cursor=x", "foreign_link"],
  ["https://api.thousandeyes.com@evil.example/?cursor=x", "foreign_link"],
  ["https://api.thousandeyes.com:443@evil.example/?cursor=x", "foreign_link"],
  ["https://api.thousandeyes.com%40evil.example/?cursor=x", "malformed_link"],
  ["https://evil.example\\@api.thousandeyes.com/?cursor=x", "foreign_link"],
  ["https://evil.example#@api.thousandeyes.com/?cursor=x", "foreign_link"],
  ["https://evil.example?@api.thousandeyes.com/?cursor=x", "foreign_link"],
  ["//evil.example/?cursor=x", "foreign_link"],
  ["\\\\evil.example/?cursor=x", "foreign_link"],
  ["/\\evil.example/?cursor=x", "foreign_link"],
  ["/\t/evil.example/?cursor=x", "foreign_link"],
  ["ht\ntps://evil.example/?cursor=x", "foreign_link"],
  ["http://api.thousandeyes.com/v7/audit-user-events?cursor=x", "foreign_link"],
  ["https://api.thousandeyes.com:8443/v7/audit-user-events?cursor=x", "foreign_link"],
  ["https://api.thousandeyes.com./v7/audit-user-events?cursor=x", "foreign_link"],
  ["blob:https://api.thousandeyes.com/0b7f?cursor=x", "foreign_link"],
  ["data:application/json,{}", "foreign_link"],
  ["javascript:alert(1)", "foreign_link"],
  ["file:///etc/passwd", "foreign_link"],
  ["wss://api.thousandeyes.com/?cursor=x", "foreign_link"],
  ["https://api.thousandeyes.com/v7/account-groups?cursor=x", "foreign_link"],
  ["/v7/audit-user-events/../users?cursor=x", "foreign_link"],
  ["/v7/audit-user-events//?cursor=x", "foreign_link"],
  ["users?cursor=x", "foreign_link"],
  ["https://user:secret@api.thousandeyes.com/v7/audit-user-events?cursor=x", "malformed_link"],
  ["https://user@api.thousandeyes.com/v7/audit-user-events?cursor=x", "malformed_link"],
  ["https://", "malformed_link"],
  ["https://[::1/?cursor=x", "malformed_link"],
  [REQUESTED.href, "repeated_cursor"],
  ["", "repeated_cursor"],
  ["#later", "repeated_cursor"],
  ["?cursor=now&page=2", "repeated_cursor"],
];

for (const [href, code] of REFUSED) {
  Deno.test(`nextPageUrl() refuses ${JSON.stringify(href)}: ${code}`, () => {
    const error = assertThrows(() => nextPageUrl({ href }, REQUESTED), ThousandEyesError);
    assertEquals(error.code, code);
    assertEquals(error.retryable, false);
    assert(!error.message.includes("secret"));
  });
}

Deno.test("nextPageUrl() refuses a template, even one that leads to the same resource", () => {
  const link = {
    href: `${REQUESTED.origin}/v7/audit-user-events?cursor={cursor}`,
    templated: true,
  };
  const error = assertThrows(() => nextPageUrl(link, REQUESTED), ThousandEyesError);
  assertEquals(error.code, "templated_link");
  assert(nextPageUrl({ ...link, templated: false }, REQUESTED) !== undefined);
});

Deno.test("nextPageUrl() never leads to another origin, whatever the link is", () => {
  const piece = fc.constantFrom(
    "https:",
    "http:",
    "blob:",
    "//",
    "/",
    "\\",
    "@",
    ":",
    "?",
    "#",
    "%40",
    "%2f",
    "\t",
    "\n",
    " ",
    ".",
    "evil.example",
    "api.thousandeyes.com",
    "[::1]",
    "127.1",
    "443",
    "cursor=x",
    "v7/audit-user-events",
    "xn--",
    "。",
    "\u0000",
    "\ufeff",
  );
  const href = fc.oneof(
    fc.array(piece, { maxLength: 9 }).map((pieces) => pieces.join("")),
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc.string(),
  );
  fc.assert(
    fc.property(href, (href) => {
      let next: URL | undefined;
      try {
        next = nextPageUrl({ href }, REQUESTED);
      } catch (error) {
        assert(error instanceof ThousandEyesError);
        return;
      }
      assertEquals(new URL(next!.href).origin, REQUESTED.origin);
      // The API accepts the path with a final slash too.
      assertEquals([next!.protocol, next!.pathname.replace(/\/$/, "")], [
        "https:",
        REQUESTED.pathname,
      ]);
      assertEquals(next!.username + next!.password, "");
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("PageTrail finds links that lead in a circle", () => {
  const trail = new PageTrail();
  const page = (cursor: string) => new URL(`${REQUESTED.origin}/?cursor=${cursor}`);
  for (const cursor of ["a", "b", "c"]) trail.add(page(cursor));
  const error = assertThrows(() => trail.add(page("b")), ThousandEyesError);
  assertEquals(error.code, "repeated_cursor");
});

Deno.test("PageTrail stops a pass that never ends", () => {
  const trail = new PageTrail({ maxPages: 3 });
  const page = (number: number) => new URL(`${REQUESTED.origin}/?cursor=${number}`);
  for (const number of [1, 2, 3]) trail.add(page(number));
  const error = assertThrows(() => trail.add(page(4)), ThousandEyesError);
  assertEquals(error.code, "too_many_pages");
});
