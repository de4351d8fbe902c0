/// <reference path="../../src/worker/cloudflare.d.ts" />
// The same steps inside workerd, over the log of a Durable Object, on disk.
import { DurableObject, type DurableObjectNamespace } from "cloudflare:workers";
import type { RuleSet } from "../../src/sigma/source_rule_set.ts";
import { durableObjectSql } from "../../src/worker/durable_object_sql.ts";
import { RecordBench, rulesOf, type Step } from "./record_bench.ts";

let rules: RuleSet = rulesOf([]);

export class BenchObject extends DurableObject {
  #bench: RecordBench | undefined;

  override fetch(request: Request): Response {
    const { searchParams } = new URL(request.url);
    this.#bench ??= new RecordBench(durableObjectSql(this.ctx.storage), rules);
    const before = this.#bench.rows;
    const done = this.#bench.run(
      searchParams.get("step") as Step,
      Number(searchParams.get("from")),
      Number(searchParams.get("pages")),
    );
    return Response.json({ done, rows: this.#bench.rows - before });
  }
}

export default {
  async fetch(request: Request, env: { BENCH: DurableObjectNamespace }): Promise<Response> {
    const { pathname } = new URL(request.url);
    if (pathname === "/rules") rules = rulesOf(await request.json());
    if (pathname !== "/run") return new Response("ok");
    return env.BENCH.getByName("bench").fetch(request);
  },
};
