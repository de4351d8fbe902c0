import { consume } from "./consume.ts";

// What of Node this program needs; @types/node would be seen by all of this repository.
declare const process: {
  env: Record<string, string | undefined>;
  stdout: { write(text: string): void };
};

const { BASE_URL: baseUrl = "", TOKEN: token = "" } = process.env;
process.stdout.write(JSON.stringify(await consume({ baseUrl, token })));
