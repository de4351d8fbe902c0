import { assert } from "@std/assert";
import type { Page } from "playwright-core";

const AXE = new URL("../../node_modules/axe-core/axe.min.js", import.meta.url);
/** What is looked at here of what axe finds; all that it returns would be sent through the driver. */
const SUMMARY = `(({ passes, violations }) => ({
  passes: passes.length,
  violations: violations.map(({ id, nodes }) => ({ id, html: nodes.map(({ html }) => html) })),
}))`;

/**
 * Checks the accessibility of a page in its present state: runs axe, and looks for content that is
 * wider than the window.
 *
 * @param page The page.
 * @param what Names it in the findings.
 * @param run Runs axe; default on the whole page.
 * @returns The findings, of which there should be none.
 */
export async function findingsIn(page: Page, what: string, run = "axe.run()"): Promise<string[]> {
  // In an isolated world of the driver, which the policy of the page does not bind.
  if (await page.evaluate("typeof axe") === "undefined") {
    await page.evaluate(await Deno.readTextFile(AXE));
  }
  const { passes, violations } = await page.evaluate(`${run}.then(${SUMMARY})`) as {
    passes: number;
    violations: { id: string; html: string[] }[];
  };
  assert(passes > 10, `axe looked at ${what}`);
  const findings = violations.map(({ id, html }) => `${what}: ${id}: ${html.join(" ")}`);
  const [content, width] = await page.evaluate(
    "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
  ) as [number, number];
  if (content > width) findings.push(`${what}: ${content} px wide on ${width}`);
  return findings;
}
