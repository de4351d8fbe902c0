import { assertEquals } from "@std/assert";
import { routerOf } from "../../src/http/router.ts";
import { routes } from "../../src/http/routes.ts";

/** A path that a route is for. */
const example = (path: string) => path.replaceAll(/:\w+(\{.*?\}+)?/g, "1");

Deno.test("every declared route is found by its path, and by no other", () => {
  const find = routerOf(routes);
  for (const route of routes) {
    const path = example(route.path);
    assertEquals(find(`https://panoptes.test${path}?x=/y`)?.route, route, path);
    for (const other of [`${path}/`, `/${path}`, `${path}x/y`, path.toUpperCase()]) {
      assertEquals(find(new URL(other, "https://panoptes.test/").href)?.route, undefined, other);
    }
  }
});

Deno.test("routerOf() reads parameters with and without a pattern, and decodes nothing", () => {
  const find = routerOf([{ path: "/a/:id{[0-9]{1,3}}/b" }, { path: "/a/:name" }]);
  const paramsOf = (path: string) => find(`https://panoptes.test${path}`)?.params;
  assertEquals(paramsOf("/a/123/b"), { id: "123" });
  assertEquals(paramsOf("/a/1234/b"), undefined);
  assertEquals(paramsOf("/a/x%2Fy"), { name: "x%2Fy" });
  assertEquals(paramsOf("/a/"), undefined);
});
