/// <reference path="../../src/worker/cloudflare.d.ts" />
// Checks one promise of the log in a separate Durable Object with an empty database.
import { DurableObject, type DurableObjectNamespace } from "cloudflare:workers";
import { durableObjectSql } from "../../src/worker/durable_object_sql.ts";
import { LOG_CONTRACT } from "../store/log_contract.ts";
import { SQL_CONTRACT } from "../store/sql_contract.ts";

export { LogDirectory } from "../../src/worker/log_directory.ts";

export class EventLogObject extends DurableObject {
  override async fetch(request: Request): Promise<Response> {
    const name = decodeURIComponent(new URL(request.url).pathname.slice(1));
    const promised = [...SQL_CONTRACT, ...LOG_CONTRACT].find((one) => one.name === name);
    try {
      await promised!.check(durableObjectSql(this.ctx.storage));
      return new Response("kept");
    } catch (error) {
      return new Response(error instanceof Error ? error.stack : String(error));
    }
  }
}

export default {
  fetch: (request: Request, env: { EVENT_LOG: DurableObjectNamespace }) =>
    env.EVENT_LOG.getByName(request.url).fetch(request),
};
