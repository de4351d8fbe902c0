import { assert, assertEquals } from "@std/assert";
import bundle from "../../src/service/rules.json" with { type: "json" };
import { pageTest } from "./page_test_of.ts";
import type { PageServer } from "./page_server.ts";

const DELETED = bundle.rules.find(({ name }) => name === "thousandeyes_test_deleted");
const BURST = bundle.correlations.find(({ name }) => name === "thousandeyes_failed_login_burst");

/** Puts rules in force that have their sources, one of them switched off. */
function provideRules({ fixture: { access } }: PageServer): void {
  const [first, ...others] = [...bundle.rules, ...bundle.correlations].map((
    { id, name = null, title, level, tags, file },
  ) => ({ file, summary: { id, name, title, level, status: "test", description: null, tags } }));
  if (first === undefined) throw new Error("There is no rule");
  access.rules = () => others.map(({ summary }) => summary);
  access.disabledRules = () => [first.summary];
  const sources: Record<string, string> = bundle.sources;
  access.ruleSource = (id) => {
    const found = [first, ...others].find(({ summary }) => summary.id === id);
    return found === undefined ? undefined : sources[found.file] ?? null;
  };
}

pageTest(
  "a rule is shown with its source and its tests, and is tried on the last events in the browser",
  async ({ page, server }) => {
    provideRules(server);
    await server.alert({
      event: { event: "Test deleted.", user: "Ana (ana@example.org)" },
      rule: DELETED?.id ?? "",
    });
    await server.record([{ event: "Login succeeded." }]);
    const asked: string[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.goto(server.link());
    await page.goto(`${server.origin}/#/rules`);
    await page.getByText(`${bundle.rules.length + bundle.correlations.length} of`).waitFor();
    assertEquals(await page.getByText("disabled", { exact: true }).count(), 1);
    const rule = page.getByRole("link", { name: DELETED?.title ?? "", exact: true });
    const [, level, alerts, last] = await page.getByRole("row").filter({ has: rule })
      .getByRole("cell").allTextContents();
    assertEquals([level, alerts], [DELETED?.level, "1"]);
    assert(/^\d+:\d\d:\d\d/.test(last ?? ""), last);
    await rule.click();
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("link", { name: "1 alert", exact: true }).waitFor();
    const source = drawer.getByLabel("Source");
    await source.waitFor();
    assert((await source.inputValue()).startsWith("# yaml-language-server"));
    const isEngine = (path: string) => path.includes("try_rules");
    assertEquals(asked.filter(isEngine).length, 0, "the engine comes when it is needed");
    await drawer.getByRole("button", { name: "Try on the last events" }).click();
    await drawer.getByText("1 alert in the last 2 events").waitFor();
    await drawer.getByText(/^\d+ tests passed$/).waitFor();
    assertEquals(asked.filter(isEngine).length, 1);

    await source.fill((await source.inputValue()).replace("event|contains: ", "event|contain: "));
    await drawer.getByRole("button", { name: "Try on the last events" }).click();
    await drawer.getByText("Unknown modifier 'contain'; did you mean contains?").first().waitFor();
    await drawer.getByRole("button", { name: /^Line \d+, column \d+$/ }).first().click();
    const { selectionStart, value } = await source.evaluate((element) => {
      const { selectionStart, value } = element as unknown as {
        selectionStart: number;
        value: string;
      };
      return { selectionStart, value };
    });
    assert(value.slice(selectionStart).startsWith("contain:"), value.slice(selectionStart));
  },
);

pageTest(
  "a correlation is tried with the rules that it is about, which come from the server",
  async ({ page, server }) => {
    provideRules(server);
    const start = Date.now() - 60_000;
    await server.record(Array.from({ length: 12 }, (_, index) => ({
      event: "Login failed.",
      user: "Ana (ana@example.org)",
      ipAddress: "192.0.2.1",
      date: new Date(start + index * 1_000).toISOString(),
    })));
    await page.goto(server.link());
    await page.goto(`${server.origin}/#/rules?id=${BURST?.id}`);
    const drawer = page.getByRole("dialog");
    await drawer.getByRole("button", { name: "Try on the last events" }).click();
    await drawer.getByText("1 alert in the last 12 events").waitFor();
    await drawer.getByText("12 events", { exact: true }).waitFor();
  },
);

pageTest("a new rule is written, tried and corrected in the page", async ({ page, server }) => {
  await server.record([{ event: "Logout.", user: "<img src=x onerror=alert(1)>" }]);
  await page.goto(server.link());
  await page.goto(`${server.origin}/#/rules`);
  await page.getByRole("button", { name: "Try a new rule" }).click();
  const drawer = page.getByRole("dialog");
  const source = drawer.getByLabel("Source");
  await source.fill((await source.inputValue()).replace("test deleted", "logout"));
  await drawer.getByRole("button", { name: "Try on the last events" }).click();
  await drawer.getByText("1 alert in the last event").waitFor();
  await drawer.getByText("It has no tests").waitFor();
  await drawer.getByText(/<img src=x onerror=alert\(1\)>/).waitFor();
  await source.fill("title: [");
  await drawer.getByRole("button", { name: "Try on the last events" }).click();
  await drawer.getByText("It cannot be tried like this.").waitFor();
  assert(await drawer.getByRole("button", { name: /^Line 1, column \d+$/ }).count() > 0);
});
