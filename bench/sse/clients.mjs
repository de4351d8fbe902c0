// Many clients of one server, in a process of their own. They connect, say so, wait for a line, measure,
// and write the figures as JSON. Every id is checked: the next of each client is one more than the last.
import http from "node:http";
import net from "node:net";
import process from "node:process";

const { port, path, to, clients, stalled, total, rate, seconds } = JSON.parse(
  process.argv[2] ?? "",
);
const ACCEPT = ["text/event-stream", "application/x-ndjson", "application/json"];

let received = 0;
let wrong = 0;
let connected = 0;
/** @type {number[]} */
const publishedAt = [];
/** @type {number[] | undefined} */
let latencies;
/** @type {Set<() => void>} */
const waiting = new Set();

/** @param {string} accept */
function connect(accept) {
  const socket = net.connect({ host: "127.0.0.1", port, noDelay: true });
  socket.on("error", () => {});
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nAccept: ${accept}\r\n\r\n`);
  return socket;
}

/** @returns {Promise<net.Socket>} */
function follow() {
  return new Promise((resolve, reject) => {
    const socket = connect("text/event-stream");
    let rest = "";
    let next = -1;
    socket.on("close", () => next < 0 && reject(new Error("A client was turned away")));
    socket.on("data", (bytes) => {
      const text = rest + bytes.latin1Slice();
      let place = 0;
      for (;;) {
        const start = text.indexOf("id: ", place);
        const end = start < 0 ? -1 : text.indexOf("\n", start);
        if (end < 0) {
          rest = start < 0 ? text.slice(Math.max(place, text.length - 3)) : text.slice(start);
          break;
        }
        const seq = Number(text.slice(text.indexOf(".", start) + 1, end));
        place = end;
        if (next < 0) {
          connected++;
          resolve(socket);
        } else {
          if (seq !== next) wrong++;
          received++;
          latencies?.push(performance.now() - (publishedAt[seq] ?? NaN));
        }
        next = seq + 1;
        last = Math.max(last, seq);
      }
      for (const check of waiting) check();
    });
  });
}

let last = 0;

/**
 * @param {number} count
 * @returns {Promise<void>}
 */
function untilReceived(count) {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, 30_000);
    function check() {
      if (received >= count) finish();
    }
    function finish() {
      clearTimeout(timer);
      waiting.delete(check);
      resolve();
    }
    waiting.add(check);
    check();
  });
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 8 });

/**
 * @param {number} n
 * @param {boolean} batch
 * @returns {Promise<void>}
 */
function publish(n, batch) {
  return new Promise((resolve, reject) => {
    const query = `n=${n}&to=${to}${batch ? "&batch=1" : ""}`;
    const options = { agent, host: "127.0.0.1", port, path: `/publish?${query}`, method: "POST" };
    const request = http.request(options, (response) => {
      response.resume();
      response.on("end", resolve);
    });
    request.on("error", reject);
    request.end();
  });
}

/** Deliveries per second, and how many are missing. @param {boolean} batch */
async function throughput(batch) {
  const events = Math.max(40, Math.round(total / connected));
  const step = batch ? 100 : 20;
  const start = received;
  const began = performance.now();
  let sent = 0;
  while (sent < events) {
    await publish(step, batch);
    sent += step;
    await untilReceived(start + sent * connected);
  }
  const rate = (received - start) / (performance.now() - began) * 1_000;
  return { rate, missing: sent * connected - (received - start) };
}

async function latency() {
  const warm = received;
  for (let n = 0; n < 3; n++) await publish(1, false);
  await untilReceived(warm + 3 * connected);
  const start = received;
  const count = Math.ceil(rate * seconds);
  latencies = [];
  for (let n = 0; n < count; n++) {
    const began = performance.now();
    publishedAt[last + 1] = began;
    await publish(1, false);
    await untilReceived(start + (n + 1) * connected);
    const pause = 1_000 / rate - (performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, Math.max(pause, 0)));
  }
  const sorted = latencies.toSorted((a, b) => a - b);
  latencies = undefined;
  const at = (/** @type {number} */ share) => sorted[Math.floor(sorted.length * share)] ?? NaN;
  return { p50: at(0.5), p99: at(0.99), missing: count * connected - (received - start) };
}

/** @param {object} message */
const say = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);
const told = () => new Promise((resolve) => process.stdin.once("data", resolve));

for (let n = 0; n < clients; n += 100) {
  await Promise.all(Array.from({ length: Math.min(100, clients - n) }, follow));
}
say({ connected });
await told();
if (stalled > 0) {
  const before = await throughput(true);
  /** @type {net.Socket[]} */
  const sockets = [];
  for (let n = 0; n < stalled; n++) {
    const socket = connect(ACCEPT[n % ACCEPT.length] ?? "");
    socket.pause();
    sockets.push(socket);
    if (n % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 20));
  }
  await throughput(true); // fills the buffers of the connections
  say({ stalled });
  await told();
  const after = await throughput(true);
  say({ before: before.rate, after: after.rate, wrong, missing: before.missing + after.missing });
} else {
  const warm = await throughput(true);
  const { p50, p99, missing } = await latency();
  const each = await throughput(false);
  const batch = await throughput(true);
  say({
    p50,
    p99,
    each: each.rate,
    batch: batch.rate,
    wrong,
    missing: warm.missing + missing + each.missing + batch.missing,
  });
}
process.exit(0);
