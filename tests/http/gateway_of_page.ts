import { createGateway } from "../../src/http/gateway.ts";
import type { Page } from "../../src/http/answer/page.ts";
import { systemClock } from "../../src/stream/clock.ts";

/**
 * A gateway without any token, which therefore serves little but files.
 *
 * @param page The files.
 * @returns The gateway; an answer of its backend says where it is from.
 */
export function gatewayOfPage(page: Page): ReturnType<typeof createGateway> {
  return createGateway({
    sources: ["default"],
    tokens: [],
    clock: systemClock,
    page,
    backend: () => new Response("from the backend"),
    report: () => {},
  });
}
