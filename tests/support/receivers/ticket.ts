import * as v from "valibot";
import { answering } from "./chat_receiver.ts";

const TicketSchema = v.strictObject({
  title: v.pipe(v.string(), v.nonEmpty()),
  text: v.string(),
  labels: v.nullable(v.array(v.string())),
  external_id: v.pipe(v.string(), v.regex(/^panoptes-\w+$/)),
});

/** A made-up ticket system, which is told of alerts by a template. */
export const ticketReceiver = {
  path: "/api/v1/tickets",
  receiver: answering((body) =>
    v.is(TicketSchema, body)
      ? { status: 201, body: { id: 1 } }
      : { status: 422, body: { error: "unprocessable" } }
  ),
};
