import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import type { StartRun } from "../local/start_run.ts";
import { eventually } from "../support/eventually.ts";

/** What the scenario of `deno task start` comes to. */
export const STORY = /Ana Alvarez failed to log in again and again/;

/** The link that was printed, and after how many seconds each part was seen. */
export interface FirstMinute {
  /** The link. */
  readonly link: string;
  /** Since the link was opened; by what was seen. */
  readonly seconds: Readonly<Record<string, number>>;
}

/**
 * What a newcomer does: opens the link that `deno task start` prints, and clicks. Nothing is typed.
 *
 * @param run The run of `deno task start`.
 * @param page A new page.
 * @returns What was seen.
 * @throws {Error} If part of it does not come.
 */
export async function firstMinute(run: StartRun, page: Page): Promise<FirstMinute> {
  const [, link = ""] = await run.until(/Page\s+(http:\/\/127\.0\.0\.1:\d+\/#token=pan_\S+)$/);
  const begun = performance.now();
  const seconds: Record<string, number> = {};
  const seen = (what: string) => seconds[what] = (performance.now() - begun) / 1000;

  await page.goto(link);
  assertEquals(await page.evaluate("location.hash"), "");
  const count = async () =>
    parseInt((await page.locator(".legend a").first().textContent() ?? "").replaceAll(",", ""));
  const first = await eventually(count, (count) => count > 0);
  await eventually(count, (count) => count > first);
  seen("events move");
  await page.getByRole("link", { name: STORY }).waitFor();
  seen("the alert");
  await page.getByRole("link", { name: STORY }).click();
  const drawer = page.getByRole("dialog");
  await drawer.getByText("ThousandEyes Account Taken Over").waitFor();
  assert(await drawer.getByText("Login failed.").count() >= 4);
  await drawer.getByText("API token generated.").first().waitFor();
  await drawer.locator("summary", { hasText: "Login failed." }).first().click();
  await drawer.locator("mark", { hasText: "Ana Alvarez" }).first().waitFor();
  seen("its story and the events that caused it");
  await drawer.getByRole("link", { name: "Deliveries" }).click();
  await page.getByRole("cell", { name: "delivered", exact: true }).waitFor();
  await page.getByText(/^204 in \d+ ms$/).waitFor();
  seen("its delivery");
  return { link, seconds };
}
