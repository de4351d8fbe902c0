/** A route for a request. */
export interface Found<Route> {
  /** The route. */
  readonly route: Route;
  /** The parameters in its path, by name. */
  readonly params: Readonly<Record<string, string>>;
}

const PARAMETER = /:(\w+)(?:\{((?:[^{}]|\{[^{}]*\})+)\})?/g;

/**
 * Finds routes by path. A path has one spelling: nothing in it is decoded, and a slash at its end
 * makes it another path.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { routerOf } from "./router.ts";
 *
 * const find = routerOf([{ path: "/v1/deliveries/:id{[0-9]+}" }]);
 * assertEquals(find("http://panoptes.test/v1/deliveries/7?x=1")?.params, { id: "7" });
 * assertEquals(find("http://panoptes.test/v1/deliveries/seven"), undefined);
 * ```
 *
 * @typeParam Route What has a path: letters, digits, `/`, `-` and parameters, which are `:name` or
 *   `:name{pattern}`; without a pattern, a parameter is anything but a slash.
 * @param routes The routes; no two may be for the same path.
 * @returns The route for a URL, and its parameters.
 */
export function routerOf<Route extends { readonly path: string }>(
  routes: readonly Route[],
): (url: string) => Found<Route> | undefined {
  const table = routes.map((route) => {
    const pattern = route.path.replace(
      PARAMETER,
      (_, name: string, pattern = "[^/]+") => `(?<${name}>${pattern})`,
    );
    return { route, pattern: new RegExp(`^${pattern}$`) };
  });
  return (url) => {
    const { pathname } = new URL(url);
    for (const { route, pattern } of table) {
      const found = pattern.exec(pathname);
      if (found !== null) return { route, params: { ...found.groups } };
    }
    return undefined;
  };
}
