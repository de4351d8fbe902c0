import { assert, assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { pageTest } from "./page_test_of.ts";

pageTest(
  "the filters of alerts are in the address, so a view can be shared, and the server applies them",
  async ({ page, server }) => {
    const asked: URLSearchParams[] = [];
    page.on("request", (request) => {
      const { pathname, searchParams } = new URL(request.url());
      if (pathname === "/v1/alerts") asked.push(searchParams);
    });
    await server.alert({ event: { event: "Test deleted." }, level: "high" });
    await server.alert({ event: { event: "Login." }, level: "low", title: "Login succeeded" });
    await server.alert({ event: { event: "Role." }, level: "medium", title: "Role changed" });
    await page.goto(server.link());
    await page.getByRole("link", { name: "Alerts", exact: true }).click();
    await page.getByText("2 of 3 alerts").waitFor();
    await page.getByLabel("Level").selectOption("informational");
    await page.getByText("3 of 3 alerts").waitFor();
    await page.getByLabel("Level").selectOption("high");
    await page.getByText("1 of 3 alerts").waitFor();
    await page.getByLabel("Level").selectOption("low");
    await page.getByLabel("Rule").selectOption({ label: "Role changed" });
    await page.getByLabel("Search").fill("role");
    await page.getByText("1 of 3 alerts").waitFor();
    assertEquals(asked.at(-1)?.get("level"), "low,medium,high,critical");
    assertEquals(asked.at(-1)?.get("rule"), "rule-role-changed");
    const shared = page.url();
    assertEquals(shared.split("#")[1], "/alerts?level=low&rule=rule-role-changed&q=role");

    await page.goto(server.link());
    await page.getByRole("heading", { name: "Now" }).waitFor();
    await page.goto(shared);
    await page.getByText("1 of 3 alerts").waitFor();
    assertEquals(await page.getByLabel("Level").inputValue(), "low");
    assertEquals(await page.getByLabel("Search").inputValue(), "role");
  },
);

pageTest(
  "a shared link opens an alert that is older than what the page has loaded",
  async ({ page, server }) => {
    const { id } = await server.alert({ event: { event: "Old." }, title: "An old alert" });
    for (let index = 0; index < 5_100; index++) {
      await server.alert({ event: { event: `Event ${index}.` }, level: "low" });
    }
    await page.goto(server.link());
    await page.goto(`${server.origin}/#/alerts?id=${id}`);
    await page.getByRole("dialog").getByRole("link", { name: "An old alert" }).waitFor();
  },
);

pageTest(
  "an alert is acknowledged and closed, with a note and by whom",
  async ({ page, server }) => {
    const { id } = await server.alert({ event: { event: "Test deleted." } });
    await page.goto(server.link());
    await page.goto(`${server.origin}/#/alerts?id=${id}`);
    const drawer = page.getByRole("dialog");
    await drawer.getByLabel("Note").fill("I call her");
    await drawer.getByRole("button", { name: "Acknowledge" }).click();
    await drawer.getByText("acknowledged by ana: I call her").waitFor();
    await drawer.getByRole("button", { name: "Close alert" }).click();
    await drawer.getByText("closed by ana").waitFor();
    await page.keyboard.press("Escape");
    await page.getByLabel("State").selectOption("open");
    await page.getByText("0 of 1 alerts").waitFor();
    await page.getByLabel("State").selectOption("closed");
    await page.getByText("1 of 1 alerts").waitFor();
    assertEquals(
      server.fixture.log.alertChanges(id)?.map(({ state, by, note }) => [state, by, note]),
      [["acknowledged", "ana", "I call her"], ["closed", "ana", null]],
    );
  },
);

pageTest(
  "what somebody else makes of an alert is seen without a reload, in the list and in full",
  async ({ page, server }) => {
    const { id } = await server.alert({ event: { event: "Test deleted." } });
    const change = (state: "acknowledged" | "closed") =>
      server.fixture.access.changeAlert(id, {
        state,
        by: "bob",
        at: new Date().toISOString(),
        note: null,
      });
    await page.goto(server.link());
    await page.goto(`${server.origin}/#/alerts`);
    await page.getByText("1 of 1 alerts").waitFor();
    change("acknowledged");
    await page.locator(".row").getByText("acknowledged").waitFor();
    await page.locator(".row").click();
    await page.getByRole("dialog").getByText("acknowledged by bob").waitFor();
    change("closed");
    await page.getByRole("dialog").getByText("closed by bob").waitFor();
    await page.goto(`${server.origin}/#/now`);
    await page.getByText("No open alert").waitFor();
  },
);

pageTest(
  "a rule is silenced for a time and with a reason, and the silence is ended",
  async ({ page, server }) => {
    const { id } = await server.alert({ event: { event: "Test deleted." } });
    // The routes know the rules in force only, and the log of this test has none.
    server.fixture.access.rules = () => [{
      id: "rule-test-deleted",
      name: null,
      title: "Test deleted",
      level: "high",
      status: null,
      description: null,
      tags: [],
    }];
    await page.goto(server.link());
    await page.goto(`${server.origin}/#/alerts?id=${id}`);
    const drawer = page.getByRole("dialog");
    await drawer.getByLabel("For").selectOption("8");
    await drawer.getByLabel("Reason").fill("Ana cleans up");
    await drawer.getByRole("button", { name: "Silence this rule" }).click();
    await drawer.getByText("Notifications are held back until").waitFor();
    const [silence] = server.fixture.access.silences();
    assertEquals([silence?.rule, silence?.by, silence?.reason], [
      "rule-test-deleted",
      "ana",
      "Ana cleans up",
    ]);
    const hours = (Date.parse(silence?.until ?? "") - Date.now()) / 3_600_000;
    assert(hours > 7.5 && hours <= 8, `${hours} hours`);
    await page.keyboard.press("Escape");
    await page.getByText("1 silence").click();
    await page.getByText("Ana cleans up").waitFor();
    await page.getByRole("button", { name: "End", exact: true }).click();
    await page.getByText("1 silence").waitFor({ state: "detached" });
    assertEquals(server.fixture.access.silences(), []);
  },
);

pageTest(
  "a message that was given up is shown with its last answer, and redelivered",
  async ({ page, server }) => {
    const { id } = await server.alert({ event: { event: "Test deleted." }, endpoint: "siem" });
    const { log } = server.fixture;
    const message = log.deliveries({ webhookId: id, limit: 1 })[0]!.id;
    log.noteAttempt(message, {
      number: 1,
      at: Date.now(),
      durationMs: 12,
      kind: "permanent",
      code: "answered",
      status: 410,
      excerpt: null,
    });
    log.sql.run("UPDATE outbox SET state = 'dead', due_at = NULL, attempt = 1");
    await page.goto(server.link());
    await page.getByRole("link", { name: "Deliveries", exact: true }).click();
    await page.getByLabel("State").selectOption("dead");
    await page.getByText("410 in 12 ms").waitFor();
    await page.getByRole("button", { name: "Redeliver" }).click();
    await page.getByText("No messages match.").waitFor();
    assertEquals(log.message(message)?.state, "pending");
    await page.getByLabel("State").selectOption("");
    await page.getByRole("link", { name: String(message), exact: true }).click();
    await page.getByRole("dialog").getByRole("heading", { name: /Test deleted/ }).waitFor();
  },
);

pageTest(
  "dragging over the bars of Now chooses a time, which goes along to the alerts and the events",
  async ({ page, server }) => {
    const at = (minutesAgo: number) => new Date(Date.now() - minutesAgo * 60_000).toISOString();
    await server.record([
      { event: "Long ago.", date: at(50) },
      { event: "In between.", date: at(31) },
      { event: "Just now.", date: at(2) },
    ]);
    await server.alert({ event: { event: "Test deleted.", date: at(30) } });
    await server.alert({ event: { event: "Test deleted.", date: at(1) }, level: "low" });
    await page.goto(server.link());
    await page.getByRole("img", { name: "5 events in the last hour" }).waitFor();
    await page.getByRole("img", {
      name: "2 alerts in the last hour: 0 critical, 1 high, 0 medium, 1 low",
    }).waitFor();
    for (const chart of await page.locator(".u-over").all()) {
      const box = await chart.boundingBox();
      if (box === null) throw new Error("The chart is not visible");
      const y = box.y + box.height / 2;
      await page.mouse.move(box.x + box.width * 0.4, y);
      await page.mouse.down();
      await page.mouse.move(box.x + box.width * 0.6, y, { steps: 4 });
      await page.mouse.up();
      await page.getByRole("link", { name: "2 events", exact: true }).waitFor();
      await page.getByRole("link", { name: "1 alert", exact: true }).waitFor();
      await page.getByRole("link", { name: "In between.", exact: true }).waitFor();
      assertEquals(await page.getByRole("link", { name: "Just now.", exact: true }).count(), 0);
      await page.getByRole("link", { name: "Show the whole hour" }).click();
      await page.getByRole("link", { name: "Just now.", exact: true }).waitFor();
      await page.goBack();
    }
    await page.getByRole("link", { name: "2 events", exact: true }).waitFor();
    assert(/^#\/now\?since=[^&]+&until=[^&]+$/.test(new URL(page.url()).hash), page.url());
    await page.getByRole("link", { name: "Alerts", exact: true }).click();
    await page.getByText("1 of 2 alerts").waitFor();
    await page.getByRole("link", { name: "Events", exact: true }).click();
    await page.getByText("2 of 5 events").waitFor();
    await page.getByText("In between.").waitFor();
    await page.getByRole("button", { name: /remove this filter/ }).click();
    await page.getByText("5 of 5 events").waitFor();
  },
);

pageTest(
  "what needs attention is ordered by level, then by time",
  async ({ page, server }) => {
    for (
      const [level, title] of [
        ["high", "First"],
        ["critical", "Second"],
        ["medium", "Third"],
        ["high", "Fourth"],
        ["low", "Fifth"],
      ] as const
    ) await server.alert({ event: { event: "Test deleted." }, level, title });
    await page.goto(server.link());
    await page.getByRole("link", { name: /^Third/ }).waitFor();
    assertEquals(
      (await page.locator(".attention a").allTextContents()).map((text) => text.split(/\W/)[0]),
      ["Second", "Fourth", "First", "Third"],
    );
  },
);

pageTest(
  "an endpoint that fails says so, with its last answer, and is given a fresh start",
  async ({ page, server }) => {
    const { log } = server.fixture;
    server.addFailingEndpoint();
    await page.goto(server.link());
    await page.getByRole("link", { name: "Deliveries", exact: true }).click();
    await page.getByRole("cell", { name: "503 <b>Down" }).waitFor();
    await page.getByRole("button", { name: "Resume siem" }).click();
    await eventually(
      () => Promise.resolve(log.changes(Number.MAX_SAFE_INTEGER, 1)),
      ([change]) => change?.what === "endpoint.resumed" && change.by === "ana",
    );
  },
);
