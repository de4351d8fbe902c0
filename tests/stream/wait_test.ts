import { assertEquals } from "@std/assert";
import { wait } from "../../src/stream/wait.ts";

const STOP = new Error("stop");

/** A signal that counts its listeners. */
function counted(): { signal: AbortSignal; stop(): void; listeners(): number } {
  const controller = new AbortController();
  const { signal } = controller;
  let listeners = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners--;
    remove(...args);
  };
  return { signal, stop: () => controller.abort(STOP), listeners: () => listeners };
}

// The first test, as only the first timer of a process behaves so.
Deno.test("wait() notices an abort that comes while the timer is being set", async () => {
  const stop = new AbortController();
  Promise.resolve().then(() => stop.abort(STOP));
  assertEquals(await wait(60_000, stop.signal).catch((reason) => reason), STOP);
});

Deno.test("wait() with an aborted signal rejects with its reason and sets no timer", async () => {
  assertEquals(await wait(60_000, AbortSignal.abort(STOP)).catch((reason) => reason), STOP);
});

Deno.test("wait() that is aborted rejects with the reason and leaves no timer", async () => {
  const { signal, stop } = counted();
  const waiting = wait(60_000, signal).catch((reason) => reason);
  stop();
  assertEquals(await waiting, STOP);
});

Deno.test("wait() leaves no listener behind, as a poller lives for months on one signal", async () => {
  const { signal, listeners } = counted();
  for (let count = 0; count < 10; count++) await wait(0, signal);
  assertEquals(listeners(), 0);
});

Deno.test("wait() of zero or less yields once", async () => {
  const order: string[] = [];
  const waiting = wait(-1).then(() => order.push("waited"));
  order.push("went on");
  await waiting;
  assertEquals(order, ["went on", "waited"]);
});
