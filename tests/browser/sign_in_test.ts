import { assert, assertEquals } from "@std/assert";
import { browserTest, pageTest, watchErrors } from "./page_test_of.ts";
import { CloudflareAccess } from "../../src/http/access/cloudflare_access.ts";
import { systemClock } from "../../src/stream/clock.ts";
import { AccessTeam } from "../support/access_team.ts";
import { PageServer, TOKENS } from "./page_server.ts";
import { portsOf } from "../service/ports_of.ts";

pageTest(
  "the printed link signs in, and its token is neither in the address nor in the history",
  async ({ page, server }) => {
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(server.link());
    await page.getByRole("heading", { name: "Now" }).waitFor();
    await page.getByText("live", { exact: true }).waitFor();
    assertEquals(await page.evaluate("location.href"), `${server.origin}/`);
    assertEquals(await page.evaluate("sessionStorage.getItem('panoptes-token')"), TOKENS.admin);
    assertEquals(await page.evaluate("localStorage.length + document.cookie.length"), 0);
    assertEquals(asked.filter((url) => new URL(url).search.includes(TOKENS.admin)), []);
    assertEquals(asked.filter((url) => !url.startsWith(server.origin)), []);
    await page.reload();
    await page.getByRole("heading", { name: "Now" }).waitFor();
  },
);

pageTest("a pasted token signs in, and signing out forgets it", async ({ page, server }) => {
  await page.goto(server.origin);
  await page.getByLabel("Token").fill(`  ${TOKENS.reader}\n`);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Now" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Token").waitFor();
  assertEquals(await page.evaluate("sessionStorage.length"), 0);
  await page.reload();
  await page.getByLabel("Token").waitFor();
});

pageTest(
  "the link of a message opens its alert, also for who has to sign in first",
  async ({ page, server }) => {
    const { id } = await server.alert({ event: { event: "Test deleted." }, title: "Test deleted" });
    const { linkTo } = portsOf(server.fixture.log, { PUBLIC_URL: server.origin });
    await page.goto(linkTo?.(id) ?? "");
    await page.getByLabel("Token").fill(TOKENS.reader);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("dialog").getByRole("link", { name: "Test deleted" }).waitFor();
  },
);

pageTest("a refused token leads back to the form, with what to do", async ({ page, server }) => {
  await page.goto(server.link("wrong"));
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert((await alert.textContent())?.includes("does not accept this token"));
  assertEquals(await page.evaluate("sessionStorage.length"), 0);
});

pageTest(
  "a token that may only read is told which scope a change needs",
  async ({ page, server }) => {
    const { id } = await server.alert({ event: { event: "Test deleted." } });
    await page.goto(server.link(TOKENS.reader));
    await page.goto(`${server.origin}/#/alerts?id=${id}`);
    await page.getByRole("button", { name: "Acknowledge" }).click();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    assert((await alert.textContent())?.includes("scope admin"));
  },
);

browserTest(
  "without any configured token, the page says which setting is missing",
  async (browser) => {
    await using server = new PageServer([]);
    const page = await browser.newPage();
    const errors = watchErrors(page);
    await page.goto(server.link());
    await page.getByRole("alert").filter({ hasText: "API_TOKENS" }).waitFor();
    assertEquals(errors, []);
  },
);

browserTest(
  "behind Cloudflare Access, the page needs no token, and a change is made in the user's name",
  async (browser) => {
    await using team = await AccessTeam.start();
    const { domain, audience } = team;
    const access = new CloudflareAccess({
      team: domain,
      audience,
      admins: ["ana@example.com"],
      fetch: (url, init) => fetch(url, init),
      clock: systemClock,
    });
    await using server = new PageServer([], undefined, access);
    const { id } = await server.alert({ event: { event: "Test deleted." } });
    const page = await browser.newPage();
    const errors = watchErrors(page);
    // As the proxy of Cloudflare does, which finds the cookie of its own.
    await page.setExtraHTTPHeaders({ "Cf-Access-Jwt-Assertion": await team.sign() });
    await page.goto(`${server.origin}/#/alerts?id=${id}`);
    await page.getByText("live", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Acknowledge" }).click();
    await page.getByText("access:ana@example.com").first().waitFor();
    assertEquals(await page.evaluate("sessionStorage.length"), 0);
    await page.setExtraHTTPHeaders({});
    await page.getByRole("alert").filter({ hasText: "session has ended" }).waitFor();
    assertEquals(errors, []);
  },
);
