import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import * as v from "valibot";
import { ApiTokenSchema, TokenTable } from "../../src/http/access/api_tokens.ts";
import { tokenCreate } from "../../src/cli/commands/token_create.ts";
import { UsageError } from "../../src/cli/exit_code.ts";
import { panoptes } from "./run_panoptes.ts";

Deno.test("panoptes token create makes a token that its entry of API_TOKENS accepts, and refuses what would be refused", async () => {
  const create = (...args: string[]) => panoptes(["token", "create", ...args]);
  const json = await create(
    "--name",
    "siem",
    "--scope",
    "read:alerts",
    "--scope",
    "read:events",
    "--source",
    "emea",
    "--expires",
    "2099-01-01T00:00:00Z",
    "--json",
  );
  const { token, entry } = JSON.parse(json.out);
  const configured = v.parse(ApiTokenSchema, entry);
  const found = await new TokenTable([configured]).find(`Bearer ${token}`);
  assertEquals(found, { ...configured, scopes: ["read:alerts", "read:events"], sources: ["emea"] });
  const text = await create("--name", "ana", "--expires", "90d");
  assertMatch(
    text.out,
    /^Token {4}pan_[\w-]{43}\nSHA-256 {2}[0-9a-f]{64}\n[^]*"scopes":\["read"\]/,
  );
  const wrong: [Parameters<typeof tokenCreate>[0], RegExp][] = [
    [{ name: "a,b", scope: ["write"] }, /name must be 1 to 64 .*scopes.* must be one of/],
    [{ name: "a", expires: "tomorrow" }, /expires must be a date/],
    [
      { name: "a", expires: "2020-01-01T00:00:00Z" },
      /--expires is in the past \(2020-01-01T00:00:00Z\)/,
    ],
  ];
  for (const [options, message] of wrong) {
    const error = await assertRejects(() => tokenCreate(options), UsageError);
    assertMatch(error.message, message);
  }
});
