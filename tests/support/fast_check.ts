/**
 * fast-check with a fixed seed. The import map gives it to whoever imports "fast-check", so no test can
 * forget the seed.
 */
import fc from "fast-check";
import { SEED } from "./fuzz_settings.ts";

fc.configureGlobal({ seed: SEED });
export * from "fast-check";
export default fc;
