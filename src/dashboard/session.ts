/**
 * The token of this tab. It comes in the fragment of a link, which no server sees, or is pasted; it
 * is kept until the tab is closed and sent as a bearer header, so there is no cookie.
 *
 * @module
 */
import { type ReadonlySignal, signal } from "@preact/signals";

const KEY = "panoptes-token";
const FRAGMENT = "#token=";

const current = signal(sessionStorage.getItem(KEY));
const reason = signal("");

/** The token; null while nobody is signed in. */
export const token: ReadonlySignal<string | null> = current;

/** Why nobody is signed in, if that is not the user's own doing; otherwise empty. */
export const signedOutBecause: ReadonlySignal<string> = reason;

/**
 * Signs in for the life of this tab.
 *
 * @param text The token.
 */
export function signIn(text: string): void {
  sessionStorage.setItem(KEY, text);
  reason.value = "";
  current.value = text;
}

/**
 * Signs out.
 *
 * @param because Why, if the server refused the token.
 */
export function signOut(because = ""): void {
  sessionStorage.removeItem(KEY);
  reason.value = because;
  current.value = null;
}

/** Signs in with the token of the address, if there is one, and removes it from the address. */
export function takeTokenFromAddress(): void {
  if (!location.hash.startsWith(FRAGMENT)) return;
  const text = location.hash.slice(FRAGMENT.length);
  history.replaceState(null, "", location.pathname);
  try {
    signIn(decodeURIComponent(text).trim());
  } catch {
    signOut("The link is damaged: its token cannot be read. Paste the token instead.");
  }
}
