/**
 * Loaded before a program that a guide shows: whatever it requests is asked of `ORIGIN` instead.
 *
 * @module
 */
const { fetch } = globalThis;
const origin = Deno.env.get("ORIGIN");

globalThis.fetch = (input, init) => {
  const request = new Request(input, init);
  const { pathname, search } = new URL(request.url);
  return fetch(new Request(new URL(`${pathname}${search}`, origin), request));
};
