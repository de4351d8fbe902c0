import { assert, assertEquals } from "@std/assert";
import { createGateway } from "../../src/http/gateway.ts";
import { systemClock } from "../../src/stream/clock.ts";
import apiDocs from "../../src/worker/api_docs.json" with { type: "json" };
import { browserTest, watchErrors } from "./page_test_of.ts";

const AXE = new URL("../../node_modules/axe-core/axe.min.js", import.meta.url);
/** One of each kind: the page has hundreds that are alike. */
const LOOKED_AT =
  `axe.run({ include: ["header", "nav", "#getAlerts", "#putEndpointsName", "#Status"] })`;
const PICTURES = new URL("../../docs/images/", import.meta.url);

browserTest(
  "/docs is accessible, dark and light, wide and on a phone, and needs no script",
  async (browser) => {
    const gateway = createGateway({
      tokens: [],
      sources: ["default"],
      clock: systemClock,
      page: apiDocs,
      backend: () => new Response("from the backend"),
      report: () => {},
    });
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      gateway.fetch,
    );
    const axe = await Deno.readTextFile(AXE);
    const findings: unknown[] = [];
    for (const colorScheme of ["light", "dark"] as const) {
      for (const [size, width] of [["wide", 1280], ["phone", 360]] as const) {
        const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
        const errors = watchErrors(page);
        await page.goto(`http://127.0.0.1:${server.addr.port}/docs#getAlerts`);
        assert(await page.locator("#getAlerts").isVisible());
        if (Deno.env.get("SCREENSHOTS") !== undefined) {
          await page.screenshot({
            path: new URL(`docs-${colorScheme}-${size}.png`, PICTURES).pathname,
          });
        }
        await page.evaluate(axe);
        const { passes, violations } = await page.evaluate(LOOKED_AT) as {
          passes: unknown[];
          violations: { id: string; nodes: { html: string }[] }[];
        };
        assert(passes.length > 10);
        findings.push(...violations.map(({ id, nodes }) => [size, id, nodes[0]?.html]));
        const [content, shown] = await page.evaluate(
          "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
        ) as [number, number];
        if (content > shown) findings.push([size, `${content} px wide on ${shown}`]);
        assertEquals(errors, []);
        await page.close();
      }
    }
    assertEquals(findings, []);
  },
);
