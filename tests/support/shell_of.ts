import type { ServiceOptions } from "../../src/service/compose_service.ts";
import type { Sql } from "../../src/store/sql.ts";

/** What a shell gives to a service, with the network of this process. */
export function shellOf(
  sql: Sql,
): Pick<ServiceOptions, "sql" | "durable" | "network" | "maxPageBytes" | "plan"> {
  return {
    sql,
    durable: () => Promise.resolve(),
    network: { fetch: (url, init) => fetch(url, init) },
    maxPageBytes: 8 * 1024 * 1024,
    plan: "free",
  };
}
