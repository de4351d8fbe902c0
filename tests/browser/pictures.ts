import type { Browser, Page } from "playwright-core";

const FOLDER = new URL("../../docs/images/", import.meta.url);
/** The windows that everything has to look well in. */
export const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } };

/**
 * Takes pictures for the documentation if `SCREENSHOTS` is set: light and dark, wide and on a phone.
 *
 * @param browser The browser.
 * @param show Brings up what is to be seen in a new page, and takes each picture by its name.
 */
export async function takePictures(
  browser: Browser,
  show: (page: Page, take: (name: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  if (!Deno.env.has("SCREENSHOTS")) return;
  await Deno.mkdir(FOLDER, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    for (const [size, viewport] of Object.entries(SIZES)) {
      const page = await browser.newPage({ viewport, colorScheme });
      await show(page, async (name) => {
        await page.waitForTimeout(500); // for what is still loading
        const path = new URL(`${name}-${colorScheme}-${size}.png`, FOLDER).pathname;
        await page.screenshot({ path });
      });
      await page.close();
    }
  }
}
