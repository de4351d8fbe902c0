import { assert, assertEquals } from "@std/assert";
import type { MessageContent } from "../../../src/delivery/format/format.ts";
import { created, folded } from "../../support/receivers/contents.ts";
import { requestOf, send } from "../../support/receivers/http_receiver.ts";
import {
  SENTINEL_HEADERS,
  SENTINEL_PATH,
  sentinelReceiver,
} from "../../support/receivers/sentinel.ts";

const rowOf = (content: MessageContent) => JSON.parse(requestOf("sentinel", content).body)[0];

Deno.test("the stream that docs/formats.md declares has the columns that are sent, and no other", async () => {
  const text = await Deno.readTextFile(new URL("../../../docs/formats.md", import.meta.url));
  const [_, json = ""] = /^```json\n(\{\n +"Custom-PanoptesAlerts".*?)^```/ms.exec(text) ?? [];
  const { columns } = JSON.parse(json)["Custom-PanoptesAlerts"];
  const types = columns.map(({ name, type }: Record<string, string>) => [name, type]);
  const row = rowOf(created());
  const typeOf = (name: string, value: unknown) =>
    typeof value !== "string" ? "dynamic" : /Time/.test(name) ? "datetime" : "string";
  assertEquals(types, Object.entries(row).map(([name, value]) => [name, typeOf(name, value)]));
});

Deno.test("a row of repeats has the id of the alert that they repeat, and one of its own", () => {
  const [alert, repeats] = [created(), folded()].map(rowOf);
  assertEquals(repeats.AlertId, alert.AlertId);
  assert(repeats.MessageId !== alert.MessageId);
});

Deno.test("the receiver of sentinel refuses a missing token, another path and other columns", async () => {
  const status = async (
    { path = SENTINEL_PATH, headers = SENTINEL_HEADERS, change = (body: string) => body } = {},
  ) => (await send("sentinel", created(), sentinelReceiver, { path, headers, change })).status;
  assertEquals(await status(), 204);
  assertEquals(await status({ headers: { authorization: "Bearer expired" } }), 403);
  assertEquals(await status({ path: "/dataCollectionRules/dcr-1/streams/Custom-X" }), 404);
  assertEquals(await status({ change: (body) => body.replace('"Level"', '"level"') }), 400);
  assertEquals(await status({ change: (body) => body + " ".repeat(1_048_576) }), 413);
});
