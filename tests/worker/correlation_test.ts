import { assertEquals } from "@std/assert";
import { activity } from "../../src/emulator/activity.ts";
import { makeOrganisation } from "../../src/emulator/organisation.ts";
import { seededRandom } from "../../src/emulator/random.ts";
import { eventually } from "../support/eventually.ts";
import { TEST_ENTRY, WorkerFixture } from "./worker_fixture.ts";

Deno.test("the Worker alerts once about an account taken over, although it dies in between", async () => {
  await using worker = await WorkerFixture.start({ entry: TEST_ENTRY });
  const organisation = makeOrganisation(seededRandom(1)); // the same as the emulator's
  const [victim] = organisation.users;
  const foreign = (kind: "loginFailed" | "login" | "tokenGenerated") => ({
    ...activity(organisation, seededRandom(2), kind, victim!, "192.0.2.44"),
    date: Date.now(),
  });
  const recorded = async (count: number) => {
    await worker.cron();
    await eventually(() => worker.log(), (events) => events.length >= count);
  };
  await worker.cron();
  await worker.api.publish(foreign("loginFailed"), foreign("loginFailed"));
  await recorded(2);
  await worker.kill();
  await worker.api.publish(foreign("loginFailed"), foreign("loginFailed"));
  await recorded(4);
  await worker.kill();
  await worker.api.publish(foreign("login"));
  await recorded(5);
  await worker.kill();
  await worker.api.publish(foreign("tokenGenerated"));
  await recorded(6);
  const alerts = await worker.alerts();
  const stories = alerts.filter(({ alert }) => alert.level === "high");
  assertEquals(
    stories.map(({ alert: { rule, group, parts, eventCount, events, backfilled } }) => ({
      title: rule.title,
      group,
      parts: parts?.map(({ title, count }) => [title, count]),
      eventCount,
      events: events.map(({ event }) => event.event),
      backfilled,
    })),
    [{
      title: "ThousandEyes Account Taken Over",
      group: [{ field: "user", value: victim!.user }],
      parts: [
        ["ThousandEyes Several Failed Logins of a User", 1],
        ["ThousandEyes Login Succeeded", 1],
        ["ThousandEyes API Token Created", 1],
      ],
      eventCount: 6,
      events: [...Array(4).fill("Login failed."), "Login succeeded.", "API token generated."],
      backfilled: false,
    }],
  );
  const failed = alerts.filter(({ alert }) => alert.rule.title === "ThousandEyes Login Failed");
  assertEquals(failed.length, 4);
});
