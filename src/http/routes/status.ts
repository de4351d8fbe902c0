import { json } from "../response.ts";
import { operation, type Route } from "../route.ts";

/** `/v1/status`: how current the log is, and what fails. */
export const statusRoute: Route = {
  path: "/v1/status",
  GET: operation("read", {}, ({ log }) => json(log.status())),
};
