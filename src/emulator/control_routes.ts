import { Hono } from "hono";
import { FAULTS } from "./fault.ts";
import type { FaultPlan, PlannedFault } from "./fault_plan.ts";
import type { NewEvent, PublishedEvent } from "./api_event.ts";
import { problem } from "./problem.ts";
import { SAMPLE_BODIES } from "./sample_bodies.ts";

/** What the control routes control. */
export interface ControlRoutesOptions {
  readonly plan: FaultPlan;
  readonly publish: (events: readonly NewEvent[]) => PublishedEvent[];
  readonly eventAt: (position: number) => PublishedEvent | undefined;
  readonly size: () => number;
  readonly requests: () => number;
}

/** The maximum number of events in one response of the ground truth. */
const MAX_EVENTS = 10_000;

/**
 * The routes that the real API does not have: faults, ground truth, publication and samples. They
 * require no token; serve them on loopback only.
 *
 * @param options What they control.
 */
export function controlRoutes(options: ControlRoutesOptions): Hono {
  const app = new Hono();
  app.get("/emulator", (c) => c.json({ events: options.size(), requests: options.requests() }));
  app.get("/emulator/faults", (c) => c.json({ on: options.plan.list(), known: FAULTS }));
  app.post("/emulator/faults", async (c) => {
    options.plan.set(plannedFaults(await c.req.json()));
    return c.json({ on: options.plan.list() });
  });
  app.delete("/emulator/faults", (c) => {
    options.plan.set([]);
    return c.json({ on: [] });
  });
  app.get("/emulator/events", (c) => {
    const after = Math.max(Number(c.req.query("after") ?? 0) || 0, 0);
    const end = Math.min(after + MAX_EVENTS, options.size());
    const events: PublishedEvent[] = [];
    for (let position = after; position < end; position += 1) {
      const event = options.eventAt(position);
      if (event !== undefined) events.push(event);
    }
    return c.json({ size: options.size(), after, next: end < options.size() ? end : null, events });
  });
  app.post("/emulator/publish", async (c) => {
    const body: unknown = await c.req.json();
    const list = Array.isArray(body) ? body : [body];
    return c.json({ published: options.publish(list as NewEvent[]) }, 201);
  });
  app.get(
    "/emulator/samples",
    (c) => c.json([...SAMPLE_BODIES].map(([id, sample]) => ({ id, source: sample.source }))),
  );
  app.get("/emulator/samples/:id", (c) => {
    const sample = SAMPLE_BODIES.get(c.req.param("id"));
    return sample === undefined
      ? c.notFound()
      : c.json(sample.body as object, 200, { "content-type": "application/hal+json" });
  });
  app.onError((error) => problem(400, { title: error.message }));
  return app;
}

/** Reads `{name, times, every}`, one or a list; an empty list turns all faults off. */
function plannedFaults(body: unknown): PlannedFault[] {
  return (Array.isArray(body) ? body : [body]).map((fault) => {
    const { name, times, every } = (fault ?? {}) as Record<string, unknown>;
    return {
      name: String(name) as PlannedFault["name"], // the plan rejects unknown names
      ...(times === undefined ? {} : { times: Number(times) }),
      ...(every === undefined ? {} : { every: Number(every) }),
    };
  });
}
