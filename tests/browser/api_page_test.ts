import { assert, assertEquals } from "@std/assert";
import apiDocs from "../../src/service/api_docs.json" with { type: "json" };
import { gatewayOfPage } from "../http/gateway_of_page.ts";
import { findingsIn } from "./accessibility.ts";
import { browserTest, watchErrors } from "./page_test_of.ts";
import { takePictures } from "./pictures.ts";

/** One of each kind: the page has hundreds that are alike. */
const LOOKED_AT =
  `axe.run({ include: ["header", "nav", "#getAlerts", "#putEndpointsName", "#Status"] })`;

browserTest(
  "/docs is accessible, dark and light, wide and on a phone, and needs no script",
  async (browser) => {
    await using server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      gatewayOfPage(apiDocs).fetch,
    );
    const address = `http://127.0.0.1:${server.addr.port}/docs#getAlerts`;
    const findings: string[] = [];
    for (const [size, width] of [["wide", 1280], ["phone", 360]] as const) {
      const viewport = { width, height: 800 };
      const page = await browser.newPage({ viewport, reducedMotion: "reduce" });
      const errors = watchErrors(page);
      await page.goto(address);
      assert(await page.locator("#getAlerts").isVisible());
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        findings.push(...await findingsIn(page, `${colorScheme}, ${size}`, LOOKED_AT));
      }
      assertEquals(errors, []);
      await page.close();
    }
    assertEquals(findings, []);
    await takePictures(browser, async (page, take) => {
      await page.goto(address);
      await take("docs");
    });
  },
);
