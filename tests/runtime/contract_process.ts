/** The contract suite as a program of Node or Bun: prints what came of every case, as JSON. */
import process from "node:process";
import { runContract } from "./stream_contract.ts";

const { ORIGIN: origin = "", OTHER_ORIGIN: otherOrigin = "" } = process.env;
process.stdout.write(JSON.stringify(await runContract({ origin, otherOrigin })));
