import type { Alert } from "../../alert/alert.ts";
import { standardBody } from "./standard.ts";

/** Makes the exact text that is signed and sent of one alert. */
export interface Format {
  /** The Content-Type of the body. */
  readonly contentType: string;
  /**
   * Makes the body; the same arguments give the same text.
   *
   * @param alert The alert.
   * @param recordedAt When it was recorded, in milliseconds since the Unix epoch.
   */
  body(alert: Alert, recordedAt: number): string;
}

/** The shapes that a body can have, by the name an endpoint's configuration uses. */
export const formats: { readonly standard: Format } = {
  standard: { contentType: "application/json", body: standardBody },
};
