// Many clients of one server, in a process of their own. Each line of input is a command, as JSON,
// and is answered with one line. Every id is checked: each client expects one more than the last.
import http from "node:http";
import net from "node:net";
import process from "node:process";
import { createInterface } from "node:readline";

const { port, socket: unixSocket, path, to } = JSON.parse(process.argv[2] ?? "");

/** How long is waited for what is missing, in milliseconds. */
const PATIENCE = 30_000;

let received = 0;
let wrong = 0;
let last = 0;
/** When an event was published, by its number. @type {Map<number, number>} */
const publishedAt = new Map();
/** @type {number[] | undefined} */
let latencies;
/** What waits for more to be received. @type {() => void} */
let check = () => {};
/** @type {Set<net.Socket>} */
const followers = new Set();
/** @type {Set<net.Socket>} */
const others = new Set();

/**
 * @param {net.NetConnectOpts} address
 * @param {string} target
 * @param {string} accept
 */
function connect(address, target, accept) {
  const socket = net.connect(address);
  socket.on("error", () => {});
  socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nAccept: ${accept}\r\n\r\n`);
  return socket;
}

/** @returns {Promise<void>} */
function follow() {
  return new Promise((resolve, reject) => {
    const address = { host: "127.0.0.1", port, noDelay: true };
    const socket = connect(address, path, "text/event-stream");
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
          followers.add(socket);
          resolve();
        } else {
          if (seq !== next) wrong++;
          received++;
          latencies?.push(performance.now() - (publishedAt.get(seq) ?? NaN));
        }
        next = seq + 1;
        last = Math.max(last, seq);
      }
      check();
    });
  });
}

/**
 * @param {number} count
 * @returns {Promise<void>}
 */
function untilReceived(count) {
  return new Promise((resolve) => {
    const timer = setTimeout(finish, PATIENCE);
    check = () => received >= count && finish();
    function finish() {
      clearTimeout(timer);
      check = () => {};
      resolve();
    }
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

/** @type {Record<string, (options: any) => Promise<object> | object>} */
const COMMANDS = {
  async follow({ count }) {
    for (let n = 0; n < count; n += 100) {
      await Promise.all(Array.from({ length: Math.min(100, count - n) }, follow));
    }
    return {};
  },

  /** Deliveries per second. */
  async throughput({ batch, total }) {
    const events = Math.max(40, Math.round(total / followers.size));
    const step = batch ? 100 : 20;
    const start = received;
    const began = performance.now();
    let sent = 0;
    while (sent < events) {
      await publish(step, batch);
      sent += step;
      await untilReceived(start + sent * followers.size);
    }
    const rate = (received - start) / (performance.now() - began) * 1_000;
    return { rate, wrong, missing: sent * followers.size - (received - start) };
  },

  /** Milliseconds from publishing to receipt, of `rate` events a second. */
  async latency({ rate, seconds }) {
    const warm = received;
    for (let n = 0; n < 3; n++) await publish(1, false);
    await untilReceived(warm + 3 * followers.size);
    const start = received;
    const count = Math.ceil(rate * seconds);
    latencies = [];
    for (let n = 0; n < count; n++) {
      const began = performance.now();
      publishedAt.set(last + 1, began);
      await publish(1, false);
      await untilReceived(start + (n + 1) * followers.size);
      const pause = 1_000 / rate - (performance.now() - began);
      await new Promise((resolve) => setTimeout(resolve, Math.max(pause, 0)));
    }
    const sorted = latencies.toSorted((a, b) => a - b);
    latencies = undefined;
    const at = (/** @type {number} */ share) => sorted[Math.floor(sorted.length * share)] ?? NaN;
    return { p50: at(0.5), p99: at(0.99), missing: count * followers.size - (received - start) };
  },

  /** Connects readers of the log from its start, which discard what they read, or never read. */
  connect({ count, accepts, reads }) {
    for (let n = 0; n < count; n++) {
      const accept = accepts[n % accepts.length];
      const target = accept === "application/json" ? "/v1/events?limit=10000" : "/v1/events";
      const socket = connect({ path: unixSocket }, target, accept);
      if (reads) socket.resume();
      else socket.pause();
      others.add(socket);
    }
    return {};
  },

  /** Closes the connections of those. */
  leave() {
    for (const socket of others) socket.destroy();
    others.clear();
    return {};
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { name, ...options } = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await COMMANDS[name]?.(options))}\n`);
}
