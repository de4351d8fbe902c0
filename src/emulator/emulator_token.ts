/** One API token that the emulator takes. */
export interface EmulatorToken {
  /** What stands after `Bearer `. */
  readonly token: string;
  /** The login account group, where requests without `aid` run; without it the first of `aids`. */
  readonly aid?: string;
  /** The account groups that its user belongs to; without it all of the organisation. */
  readonly aids?: readonly string[];
  /** The user may only view the own activity log, as this user id. */
  readonly onlyUid?: string;
}
