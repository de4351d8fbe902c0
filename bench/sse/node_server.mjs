// The yardstick: what raw Node http does with the same frames, without a log, filters or limits.
import http from "node:http";
import process from "node:process";
import { frameOf } from "./events.mjs";

let seq = 0;
/** @type {Set<import("node:http").ServerResponse>} */
const readers = new Set();

const server = http.createServer(async (request, response) => {
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname !== "/publish") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(frameOf(seq, "ready"));
    readers.add(response);
    response.on("close", () => readers.delete(response));
    return;
  }
  const count = Number(url.searchParams.get("n"));
  const frames = Array.from({ length: count }, () => frameOf(++seq, "audit"));
  for (const text of url.searchParams.get("batch") === "1" ? [frames.join("")] : frames) {
    const bytes = Buffer.from(text);
    for (const reader of readers) reader.write(bytes);
    // Node makes one write of what is written within a turn.
    await new Promise((resolve) => setImmediate(resolve));
  }
  response.end("ok");
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4_096 }, () => {
  process.stdout.write(`${/** @type {{port: number}} */ (server.address()).port}\n`);
});
