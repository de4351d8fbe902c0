import { assert, assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { pageTest } from "./page_test_of.ts";

const range = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => ({ event: `Event ${from + index}.` }));

pageTest("events appear as they are recorded, the newest first", async ({ page, server }) => {
  await server.record(range(1, 3));
  await page.goto(server.link());
  await page.getByRole("link", { name: "Events", exact: true }).click();
  await page.getByText("3 of 3 events").waitFor();
  await server.record(range(4, 5));
  await page.getByText("5 of 5 events").waitFor();
  const rows = await page.getByRole("listbox").getByRole("option").allTextContents();
  assertEquals(rows.map((text) => /Event \d/.exec(text)?.[0]), [
    "Event 5",
    "Event 4",
    "Event 3",
    "Event 2",
    "Event 1",
  ]);
});

pageTest(
  "an alert appears as it is recorded, in every view that shows alerts",
  async ({ page, server }) => {
    await page.goto(server.link());
    await page.getByText("No open alert").waitFor();
    await server.alert({ event: { event: "Test deleted.", user: "Ana (ana@example.org)" } });
    await page.getByRole("link", { name: "Test deleted: Ana" }).click();
    const drawer = page.getByRole("dialog");
    await drawer.getByText("event|contains: deleted").waitFor();
    await drawer.getByText("Actor: Ana (ana@example.org)").waitFor();
    const runbook = drawer.getByRole("link", { name: "https://wiki.example/deleted-tests" });
    assertEquals(await runbook.getAttribute("href"), "https://wiki.example/deleted-tests");
    assertEquals(await page.locator("dialog pre mark").allTextContents(), ['"Test deleted."']);
  },
);

pageTest(
  "after a restart of the server, the page resumes by itself and misses nothing",
  async ({ page, server }) => {
    await server.record(range(1, 2));
    await page.goto(`${server.link()}`);
    await page.goto(`${server.origin}/#/events`);
    await page.getByText("2 of 2 events").waitFor();
    await server.stop();
    await page.getByText("reconnecting").waitFor();
    await server.record(range(3, 4));
    server.restart();
    await page.getByText("live", { exact: true }).waitFor();
    await page.getByText("4 of 4 events").waitFor();
    await server.record(range(5, 5));
    await page.getByText("5 of 5 events").waitFor();
  },
);

pageTest(
  "what retention removed before the page could read it is a row that says so",
  async ({ page, server }) => {
    await server.record(range(1, 2));
    await page.goto(server.link());
    await page.goto(`${server.origin}/#/events`);
    await page.getByText("2 of 2 events").waitFor();
    await server.stop();
    await server.record(range(3, 9));
    server.fixture.log.sql.run("DELETE FROM events WHERE seq <= 6");
    server.restart();
    await page.getByText("Gap: 4 entries were removed").waitFor();
    assertEquals(await page.locator(".row .gap").count(), 1);
  },
);

pageTest(
  "a log that was restored begins anew in the page, with a row that says so",
  async ({ page, server }) => {
    await server.record(range(1, 3));
    await page.goto(server.link());
    await page.goto(`${server.origin}/#/events`);
    await page.getByText("3 of 3 events").waitFor();
    server.fixture.access.raiseEpoch("ana");
    await server.record(range(4, 4));
    await page.getByText("Gap: the log was started anew").waitFor();
    await page.getByText("Event 4.").waitFor();
  },
);

pageTest(
  "a paused list stands still, counts what comes, and goes on from there",
  async ({ page, server }) => {
    await server.record(range(1, 3));
    await page.goto(server.link());
    await page.goto(`${server.origin}/#/events`);
    await page.getByText("3 of 3 events").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await server.record(range(4, 8));
    const resume = page.getByRole("button", { name: "Resume (5 new)" });
    await resume.waitFor();
    assertEquals(await page.getByText("Event 8.").count(), 0);
    await resume.click();
    await page.getByText("Event 8.").waitFor();
  },
);

pageTest("100,000 events are a list with a page's worth of elements", async ({ page, server }) => {
  for (let from = 1; from <= 100_000; from += 10_000) {
    await server.record(range(from, from + 9_999));
  }
  await page.goto(server.link());
  await page.goto(`${server.origin}/#/events`);
  await page.getByText("10,000 of 10,000 events").waitFor();
  for (let count = 20; count <= 100; count += 10) {
    await page.getByRole("button", { name: "Load older" }).click();
    await page.getByText(`${count},000 of ${count},000 events`).waitFor();
  }
  assertEquals(await page.getByRole("button", { name: "Load older" }).count(), 0);
  const list = page.getByRole("listbox");
  await list.focus();
  await page.keyboard.press("End");
  await page.getByText("Event 1.", { exact: true }).waitFor();
  await page.keyboard.press("Home");
  await page.getByText("Event 100000.", { exact: true }).waitFor();
  await page.getByLabel("Search").fill("event 77777");
  await page.getByText("1 of 100,000 events").waitFor();
  await page.getByLabel("Search").fill("");
  await page.getByText("100,000 of 100,000 events").waitFor();
  const elements = Number(await page.evaluate("document.querySelectorAll('*').length"));
  assert(elements < 1_000, `${elements} elements`);
  const rows = await page.locator(".row").count();
  assert(rows > 10 && rows < 60, `${rows} rows`);

  // What the server looks for, it finds far back.
  await page.goto(`${server.origin}/#/events?event=Event+5.`);
  await page.getByText("1 of 100,000 events").waitFor();
  await page.getByText("Event 5.", { exact: true }).waitFor();
});

pageTest(
  "the filters of events are the API's own: the server applies them, also to what arrives",
  async ({ page, server }) => {
    const asked: URLSearchParams[] = [];
    page.on("request", (request) => asked.push(new URL(request.url()).searchParams));
    const record = (...texts: string[]) =>
      server.record(texts.map((event) => ({ event, user: "Ana (ana@example.org)" })));
    await record("Test deleted.", "Test created.", "Login.");
    await page.goto(server.link());
    await page.goto(`${server.origin}/#/events`);
    await page.getByText("3 of 3 events").waitFor();
    await page.getByText("Add a filter").click();
    await page.getByLabel("Comparison").selectOption("starts with");
    await page.getByLabel("Value").fill("Test");
    await page.getByRole("button", { name: "Add", exact: true }).click();
    await page.getByText("2 of 3 events").waitFor();
    assertEquals(asked.at(-1)?.getAll("event|startswith"), ["Test"]);
    await record("Logout.", "Test enabled.");
    await page.getByText("3 of 5 events").waitFor();

    await page.getByLabel("Field").selectOption("user");
    await page.getByLabel("Comparison").selectOption("is");
    await page.getByLabel("Value").fill("ana@example.org");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^user: ana@example.org/ }).waitFor();
    await page.getByText("3 of 5 events").waitFor();
    const shared = page.url();
    assertEquals(
      new URL(shared).hash,
      "#/events?event%7Cstartswith=Test&user=ana%40example.org",
    );
    await page.goto(server.link());
    await page.goto(shared);
    await page.getByText("3 of 5 events").waitFor();
    await page.getByRole("button", { name: /^event\|startswith: Test/ }).click();
    await page.getByText("5 of 5 events").waitFor();

    await page.goto(`${server.origin}/#/events?evnt|contains=Test`);
    await page.getByRole("alert").filter({ hasText: "did you mean 'event'" }).waitFor();
  },
);

pageTest("rows that arrive do not move what is being read", async ({ page, server }) => {
  await server.record(range(1, 500));
  await page.goto(server.link());
  await page.goto(`${server.origin}/#/events`);
  await page.getByText("500 of 500 events").waitFor();
  const list = page.getByRole("listbox");
  await list.evaluate((element) => element.scrollTo(0, 5_000));
  const read = page.getByText("Event 360.", { exact: true });
  await read.waitFor();
  const before = await read.boundingBox();
  await server.record(range(501, 520));
  await page.getByText("520 of 520 events").waitFor();
  await page.evaluate(
    "new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))",
  );
  assertEquals((await read.boundingBox())?.y, before?.y);
});

pageTest(
  "the most frequent values of what is shown become a filter",
  async ({ page, server }) => {
    const users = ["Ana", "Ana", "Ana", "Bob", "Bob", "Cleo"];
    await server.record(users.map((user) => ({ event: "Login succeeded.", user })));
    await page.goto(server.link());
    await page.goto(`${server.origin}/#/events`);
    await page.getByText("6 of 6 events").waitFor();
    await page.getByText("Most frequent").click();
    const list = page.locator("section", { has: page.getByRole("heading", { name: "Users" }) });
    assertEquals(await list.getByRole("listitem").allTextContents(), ["Ana 3", "Bob 2", "Cleo 1"]);
    await list.getByRole("link", { name: "Bob" }).click();
    await page.getByText("2 of 6 events").waitFor();
    assertEquals(new URL(page.url()).hash, "#/events?user=Bob");
  },
);

pageTest(
  "a page that nobody sees holds no stream, and misses nothing when it is seen again",
  async ({ page, server }) => {
    const show = (isHidden: boolean) =>
      page.evaluate(`{
      Object.defineProperty(document, "hidden", { value: ${isHidden}, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }`);
    const openStreams = () => Promise.resolve(server.fixture.open);
    await server.record(range(1, 2));
    await page.goto(server.link());
    await page.goto(`${server.origin}/#/events`);
    await page.getByText("2 of 2 events").waitFor();
    await eventually(openStreams, (open) => open === 2);
    await show(true);
    await eventually(openStreams, (open) => open === 0);
    await server.record(range(3, 5));
    await show(false);
    await page.getByText("5 of 5 events").waitFor();
  },
);
