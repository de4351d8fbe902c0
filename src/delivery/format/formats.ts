import type { Alert, FoldedAlerts } from "../../alert/alert.ts";
import { standardBody, standardFoldedBody } from "./standard.ts";

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
  /**
   * Makes the body of a message that closes a window of repeats, likewise.
   *
   * @param folded The count of the repeats.
   * @param closedAt When the window was closed, in milliseconds since the Unix epoch.
   */
  foldedBody(folded: FoldedAlerts, closedAt: number): string;
}

/** The formats of a body, by their name in an endpoint's configuration. */
export const formats: { readonly standard: Format } = {
  standard: {
    contentType: "application/json",
    body: standardBody,
    foldedBody: standardFoldedBody,
  },
};
