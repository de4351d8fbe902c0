import { assertEquals } from "@std/assert";
import { settled } from "../support/manual_clock.ts";
import { PageServer } from "./page_server.ts";
import { browserTest, pageTest, watchErrors } from "./page_test_of.ts";
import { takePictures } from "./pictures.ts";

browserTest(
  "of several sources one is chosen, and everything in the page is about that one",
  async (browser) => {
    await using server = new PageServer(undefined, ["emea", "apac"]);
    const record = async (source: string, ...texts: string[]) => {
      const log = server.logs.get(source)?.log;
      const now = Date.now();
      const events = texts.map((event) => ({ event, date: new Date(now).toISOString() }));
      log?.transaction(() => log.record(events, { now }));
      await settled();
    };
    await record("emea", "From Europe.");
    await record("apac", "From Asia.", "From Australia.");
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const errors = watchErrors(page);
    await page.goto(server.link());
    await page.getByRole("heading", { name: "Sources" }).waitFor();
    const rows = await page.getByRole("row").allTextContents();
    assertEquals(rows.slice(1).map((text) => /^(emea|apac)(green|yellow|red)/.exec(text)?.[1]), [
      "emea",
      "apac",
    ]);
    await page.getByRole("cell").getByRole("link", { name: "apac" }).click();
    await page.getByText("live", { exact: true }).waitFor();
    await page.getByRole("link", { name: "Events", exact: true }).click();
    await page.getByText("2 of 2 events").waitFor();
    assertEquals(new URL(page.url()).hash, "#/events?source=apac");
    await record("apac", "From Asia again.");
    await page.getByText("From Asia again.").waitFor();

    await page.getByLabel("Source", { exact: true }).selectOption("emea");
    await page.getByText("1 of 1 events").waitFor();
    await page.getByText("From Europe.").waitFor();
    await page.getByText("Add a filter").click();
    await page.getByLabel("Comparison").selectOption("contains");
    await page.getByLabel("Value").fill("Asia");
    await page.keyboard.press("Enter");
    await page.getByText("0 of 1 events").waitFor();
    // A source that is named does not wait for the others.
    await page.route("**/v1/sources", () => {});
    await page.reload();
    await page.getByText("0 of 1 events").waitFor();
    await page.unroute("**/v1/sources");
    await page.goto(`${server.origin}/#/alerts?source=elsewhere`);
    await page.getByRole("alert").filter({ hasText: "no such source" }).waitFor();
    assertEquals(errors, []);

    await takePictures(browser, async (page, take) => {
      await page.goto(server.link());
      await page.getByRole("cell").getByRole("link", { name: "apac" }).waitFor();
      await take("sources");
    });
  },
);

pageTest("with a single source, nothing has to be chosen", async ({ page, server }) => {
  await page.goto(server.link());
  await page.getByRole("heading", { name: "Now" }).waitFor();
  await page.getByText("live", { exact: true }).waitFor();
  assertEquals(await page.getByLabel("Source").count(), 0);
  assertEquals(await page.getByRole("link", { name: "Sources" }).count(), 0);
});
