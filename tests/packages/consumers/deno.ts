// deno-lint-ignore-file no-console -- the test reads what it prints
import { consume } from "./consume.ts";

const baseUrl = Deno.env.get("BASE_URL") ?? "";
const token = Deno.env.get("TOKEN") ?? "";
console.log(JSON.stringify(await consume({ baseUrl, token })));
