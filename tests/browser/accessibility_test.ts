import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { findingsIn } from "./accessibility.ts";
import { PageServer } from "./page_server.ts";
import { browserTest, pageTest, watchErrors } from "./page_test_of.ts";
import { SIZES } from "./pictures.ts";

const VIEWS = ["now", "alerts", "events", "rules", "deliveries", "sources"];

const RULE = `title: A test was deleted
logsource: { product: thousandeyes }
detection: { selection: { event: Test deleted. }, condition: selection }
tests: [{ name: a logout, match: true, event: { event: Logout. } }]
`;

/** The page has most to show with several sources. */
const SOURCES = ["emea", "apac"];

/** Opens each view in turn, then an alert, an event, a filter, a rule, and the form to sign in. */
async function* everyView(page: Page, server: PageServer): AsyncGenerator<string> {
  const open = (view: string, query = "") =>
    page.goto(`${server.origin}/#/${view}?source=emea${query}`);
  await page.goto(server.link());
  await page.getByText("Choose one to see").waitFor();
  yield "sources, to choose from";
  await open("now");
  await page.getByText("live", { exact: true }).waitFor();
  await page.locator(".u-over").first().waitFor();
  for (const view of VIEWS) {
    await open(view);
    await page.locator(`main.view-${view}`).waitFor();
    if (view === "deliveries") {
      await page.getByRole("button", { name: "Redeliver" }).first().waitFor();
    }
    yield view;
  }
  for (const view of ["alerts", "events"]) {
    await open(view);
    await page.locator(".row").first().click();
    await page.locator("dialog pre").first().waitFor();
    yield `${view}, opened`;
    await page.keyboard.press("Escape");
    await page.locator("dialog").waitFor({ state: "detached" });
  }
  await open("events", "&event=Nothing&since=2026-11-22T10:00:00Z");
  await page.getByText("Add a filter").click();
  await page.getByText("No events match.").waitFor();
  yield "events, filtered";
  await open("rules", "&id=new");
  for (const [source, outcome] of [["title: [", "It cannot be tried"], [RULE, "1 test"]] as const) {
    await page.getByRole("dialog").getByLabel("Source").fill(source);
    await page.getByRole("button", { name: "Try on the last events" }).click();
    await page.getByText(outcome).waitFor();
    yield `a rule, tried: ${outcome}`;
  }
  await page.keyboard.press("Escape");
  await page.locator("dialog").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Token").waitFor();
  yield "sign in";
}

async function fill(server: PageServer): Promise<void> {
  server.addFailingEndpoint();
  await server.record([{ event: "Login succeeded.", user: "Ana", ipAddress: "192.0.2.1" }]);
  for (const level of ["critical", "high", "medium", "low"] as const) {
    await server.alert({ event: { event: "Test deleted.", user: "Ana" }, level, endpoint: "siem" });
  }
}

for (
  const [name, viewport] of [
    ["wide", { width: 1280, height: 800 }],
    ["on a phone", { width: 360, height: 740 }],
    ["at 200 % zoom", { width: 640, height: 400 }],
  ] as const
) {
  browserTest(
    `every view is accessible, light and dark, ${name}: axe finds nothing, nothing is cut off`,
    async (browser) => {
      await using server = new PageServer(undefined, SOURCES);
      await fill(server);
      // A colour on its way to another is neither.
      const page = await browser.newPage({ viewport, reducedMotion: "reduce" });
      const errors = watchErrors(page);
      const findings: string[] = [];
      for await (const view of everyView(page, server)) {
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          findings.push(...await findingsIn(page, `${view}, ${colorScheme}`));
        }
      }
      assertEquals(findings, []);
      assertEquals(errors, []);
    },
  );
}

pageTest("everything can be done with the keyboard", async ({ page, server }) => {
  await fill(server);
  await page.goto(server.origin);
  await page.locator("#token:focus").waitFor();
  await page.keyboard.type("page-admin-token");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Now" }).waitFor();

  // The first stop leads past the navigation.
  await focusWithTab(page, "Skip to the content");
  await page.keyboard.press("Enter");
  assertEquals(await page.evaluate("document.activeElement.id"), "main");

  await focusWithTab(page, "Alerts");
  await page.keyboard.press("Enter");
  await page.getByText("3 of 4 alerts").waitFor();
  await focusWithTab(page, "Alerts, newest first");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const active = await page.getByRole("listbox").getAttribute("aria-activedescendant");
  assert((await page.locator(`#${active}`).textContent())?.includes("high"));
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await focusWithTab(page, "Acknowledge");
  await page.keyboard.press("Enter");
  await page.getByText("acknowledged by ana").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  assertEquals(await page.evaluate("document.activeElement.role"), "listbox");

  await focusWithTab(page, "Events");
  await page.keyboard.press("Enter");
  await focusWithTab(page, "Add a filter");
  await page.keyboard.press("Enter");
  await focusWithTab(page, "Value");
  await page.keyboard.type("Login succeeded.");
  await page.keyboard.press("Enter");
  await page.getByText(/^1 of \d events$/).waitFor();

  await focusWithTab(page, "Deliveries");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: "Redeliver message 4" }).waitFor();
  await focusWithTab(page, "Redeliver message 4");
  await page.keyboard.press("Enter");
  await focusWithTab(page, "Now");
  await page.keyboard.press("Enter");
  await focusWithTab(page, "15 min");
  await page.keyboard.press("Enter");
  await page.getByRole("link", { name: "Show the whole hour" }).waitFor();

  await focusWithTab(page, "Sign out");
  await page.keyboard.press("Enter");
  await page.locator("#token:focus").waitFor();
});

/** Presses Tab until the element with a name has the focus, which then is visible. */
async function focusWithTab(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 40; presses++) {
    await page.keyboard.press("Tab");
    const [found, outline] = await page.evaluate(`{
      const { activeElement: element } = document;
      const name = element.labels?.[0]?.textContent || element.textContent;
      [element.getAttribute("aria-label") ?? name, getComputedStyle(element).outlineStyle];
    }`) as [string, string];
    if (found !== name) continue;
    assertEquals(outline, "solid", `${name} shows that it has the focus`);
    return;
  }
  throw new Error(`Tab does not reach ${name}`);
}

for (const [name, viewport] of Object.entries(SIZES)) {
  browserTest(
    `nothing moves while the page loads, and while events arrive, ${name}`,
    async (browser) => {
      await using server = new PageServer();
      await fill(server);
      const page = await browser.newPage({ viewport });
      await page.addInitScript(`
        globalThis.shifts = [];
        new PerformanceObserver((list) => {
          for (const { value, hadRecentInput, sources } of list.getEntries()) {
            if (!hadRecentInput) shifts.push([value, sources.map(({ node }) => node?.outerHTML)]);
          }
        }).observe({ type: "layout-shift", buffered: true });
      `);
      await page.goto(server.link());
      await page.getByText("live", { exact: true }).waitFor();
      for (const view of VIEWS) {
        await page.goto(`${server.origin}/#/${view}`);
        await page.locator(`main.view-${view}`).waitFor();
        await server.alert({ event: { event: `Seen in ${view}.` } });
        await page.evaluate("new Promise((resolve) => setTimeout(resolve, 300))");
      }
      const shifts = await page.evaluate("shifts") as [number, string[]][];
      const sum = shifts.reduce((sum, [value]) => sum + value, 0);
      assert(sum < 0.01, JSON.stringify(shifts, null, 2));
    },
  );
}
