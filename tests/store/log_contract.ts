import { ALERT_STATE_CONTRACT } from "./alert_state_contract.ts";
import { BACKUP_CONTRACT } from "./backup_contract.ts";
import { CORRELATION_CONTRACT } from "./correlation_contract.ts";
import { EVENT_CONTRACT } from "./event_contract.ts";
import { FOLD_CONTRACT } from "./fold_contract.ts";
import { OPERATOR_CONTRACT } from "./operator_contract.ts";
import { OUTBOX_CONTRACT } from "./outbox_contract.ts";
import type { Promised } from "./promised.ts";
import { READ_CONTRACT } from "./read_contract.ts";
import { RETAIN_CONTRACT } from "./retain_contract.ts";
import { SILENCE_CONTRACT } from "./silence_contract.ts";

export type { Promised } from "./promised.ts";

/**
 * What the log promises on every storage: the same list runs on `node:sqlite` and in a Durable
 * Object. Each check gets an empty database.
 */
export const LOG_CONTRACT: readonly Promised[] = [
  ...EVENT_CONTRACT,
  ...OUTBOX_CONTRACT,
  ...ALERT_STATE_CONTRACT,
  ...READ_CONTRACT,
  ...CORRELATION_CONTRACT,
  ...FOLD_CONTRACT,
  ...RETAIN_CONTRACT,
  ...SILENCE_CONTRACT,
  ...OPERATOR_CONTRACT,
  ...BACKUP_CONTRACT,
];
