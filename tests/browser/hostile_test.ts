import { assertEquals } from "@std/assert";
import { HOSTILE_TEXTS } from "./hostile_texts.ts";
import { PageServer } from "./page_server.ts";
import { browserTest, pageTest, watchErrors } from "./page_test_of.ts";

/** What a page of ours never has, or has only a fixed number of. */
const FOREIGN = "script:not([type=module]), iframe, object, embed, base, img, video, audio, math," +
  "portal, marquee, template, [onerror], [onload], [onclick], [srcdoc], svg, style, x";

pageTest(
  "60 hostile texts in events are shown as text, in the list and in full",
  async ({ page, server }) => {
    assertEquals(new Set(HOSTILE_TEXTS).size, 60);
    await server.record(HOSTILE_TEXTS.map((text, index) => ({
      event: text,
      user: text,
      ipAddress: text,
      resources: [{ type: text, name: text }],
      [text]: `member ${index}`,
    })));
    const asked: string[] = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(server.link());
    await page.goto(`${server.origin}/#/events`);
    await page.getByText("60 of 60 events").waitFor();
    await page.getByRole("listbox").focus();
    for (const text of HOSTILE_TEXTS.toReversed()) {
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
      const shown = await page.locator("dialog pre").textContent() ?? "";
      const { date: _, ...event } = JSON.parse(shown);
      assertEquals([event.event, event.user, event.ipAddress, event.resources], [
        text,
        text,
        text,
        [{ type: text, name: text }],
      ]);
      // What would hide or turn the text around is written out.
      assertEquals(/\p{Cf}|(?!\n)\p{Cc}|\p{Zl}|\p{Zp}/u.test(shown), false);
      assertEquals(await page.locator(FOREIGN).count(), 0, text);
      await page.keyboard.press("Escape");
      await page.locator("dialog").waitFor({ state: "detached" });
    }
    assertEquals(asked.filter((url) => !url.startsWith(server.origin)), []);
  },
);

browserTest(
  "60 hostile texts in alerts are shown as text, in every view, with several sources",
  async (browser) => {
    await using server = new PageServer(undefined, ["emea", "apac"]);
    const page = await browser.newPage();
    const errors = watchErrors(page);
    const ids: string[] = [];
    for (const text of HOSTILE_TEXTS) {
      const { id } = await server.alert({ event: { event: text, user: text }, title: text });
      ids.push(id);
    }
    await page.goto(server.link());
    await page.getByRole("cell").getByRole("link", { name: "emea" }).click();
    await page.getByText("All 60 open alerts").waitFor();
    assertEquals(await page.locator(FOREIGN).count(), 0);
    for (const [index, id] of ids.entries()) {
      await page.goto(`${server.origin}/#/alerts?source=emea&level=low&id=${id}`);
      const text = HOSTILE_TEXTS[index] ?? "";
      const event = page.locator("dialog pre");
      await event.waitFor();
      assertEquals(JSON.parse(await event.textContent() ?? "").event, text);
      assertEquals(await page.locator(FOREIGN).count(), 0, text);
      assertEquals(await page.locator("dialog a[href^='javascript:' i]").count(), 0);
    }
    await page.goto(`${server.origin}/#/rules?source=emea`);
    await page.getByRole("heading", { name: "Rules" }).waitFor();
    assertEquals(await page.locator(FOREIGN).count(), 0);
    assertEquals(errors, []);
  },
);
