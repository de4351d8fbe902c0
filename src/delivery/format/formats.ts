import type { Alert } from "../../alert/alert.ts";
import { standardBody } from "./standard.ts";

/** Makes the body of a message, which is signed and sent, from an alert. */
export interface Format {
  /** The Content-Type of the body. */
  readonly contentType: string;
  /**
   * Makes the body; the same arguments always give the same string.
   *
   * @param alert The alert.
   * @param recordedAt When it was recorded, in milliseconds since the Unix epoch.
   */
  body(alert: Alert, recordedAt: number): string;
}

/** The formats of a body, by their name in an endpoint's configuration. */
export const formats: { readonly standard: Format } = {
  standard: { contentType: "application/json", body: standardBody },
};
