import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { BareWorkerd } from "./bare_workerd.ts";
import { workerdConfig } from "../../src/local/workerd_config.ts";

const SCRIPT = `import { DurableObject } from "cloudflare:workers";
export class Counter extends DurableObject {
  fetch() {
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS calls (id INTEGER PRIMARY KEY)");
    sql.exec("INSERT INTO calls DEFAULT VALUES");
    return new Response(String(sql.exec("SELECT COUNT(*) AS n FROM calls").one().n));
  }
}
export default {
  fetch(request, env) {
    if (request.url.endsWith("/said")) return new Response(env.SAID);
    if (request.url.endsWith("/healthz")) return new Response();
    return env.COUNTER.getByName("one").fetch(request);
  },
};`;

const options = {
  script: SCRIPT,
  durableObjects: { COUNTER: "Counter" },
  vars: { SAID: String.raw`{"quoted": "a \ and a \" in it"}` },
};

Deno.test("BareWorkerd keeps its disk when it is killed, and finally leaves nothing behind", async () => {
  const { pid, port } = await (async () => {
    await using workerd = await BareWorkerd.create(options);
    workerd.start();
    await workerd.ready();
    const call = async (path: string) => await (await fetch(`${workerd.origin}${path}`)).text();
    assertEquals([await call("/"), await call("/said")], ["1", options.vars.SAID]);
    await workerd.kill();
    assertEquals(workerd.pid, undefined);
    workerd.start();
    await workerd.ready();
    assertEquals(await call("/"), "2");
    assert(await workerd.residentBytes() > 1e6);
    assert(await workerd.diskBytes() > 1e3);
    return { pid: workerd.pid, port: Number(new URL(workerd.origin).port) };
  })();
  await assertRejects(() => Deno.stat(`/proc/${pid}`), Deno.errors.NotFound);
  Deno.listen({ hostname: "127.0.0.1", port }).close();
});

Deno.test("workerdConfig() refuses strings that Cap'n Proto could read differently", () => {
  const config = {
    script: "worker.js",
    disk: "disk\u0000",
    addresses: ["127.0.0.1:1"],
    compatibilityDate: "2026-10-01",
    compatibilityFlags: [],
    durableObjects: {},
    variables: [],
  };
  const error = assertThrows(() => workerdConfig(config), RangeError);
  assertEquals(error.message, "Cannot configure workerd: not plain ASCII");
});

Deno.test("a value of a variable may be any text, and is not in the configuration", async () => {
  const said = 'line\nbreak, "quotes" and é';
  await using workerd = await BareWorkerd.create({ ...options, vars: { SAID: said } });
  workerd.start();
  await workerd.ready();
  assertEquals(await (await fetch(`${workerd.origin}/said`)).text(), said);
});
