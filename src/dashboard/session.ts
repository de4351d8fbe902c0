/**
 * The token of this tab. It comes in the fragment of a link, which no server sees, or is pasted; it
 * is kept until the tab is closed and sent as a bearer header, so there is no cookie. Without a
 * token, whom Cloudflare Access has recognised is signed in by that.
 *
 * @module
 */
import { type ReadonlySignal, signal } from "@preact/signals";

const KEY = "panoptes-token";
const FRAGMENT = "#token=";

const current = signal(sessionStorage.getItem(KEY));
const reason = signal("");

/** Stands for the token of users whom Cloudflare Access has recognised. */
export const RECOGNISED = "";

/** The token, or `RECOGNISED`; null while nobody is signed in. */
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
  if (current.value === RECOGNISED && because === "") {
    return location.assign("/cdn-cgi/access/logout");
  }
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

/** Signs in whom Cloudflare Access has recognised, unless there is a token. */
export async function takeIdentity(): Promise<void> {
  if (current.value !== null) return;
  try {
    const response = await fetch("/session", { cache: "no-store", redirect: "manual" });
    const { name = null } = response.ok ? await response.json() : {};
    if (name !== null && current.value === null) current.value = RECOGNISED;
  } catch {
    // There is the form.
  }
}
