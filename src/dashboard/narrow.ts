import { type ReadonlySignal, signal } from "@preact/signals";

/** `page.css` has the same limit. */
const query = matchMedia("(max-width: 40rem)");
const matches = signal(query.matches);
query.addEventListener("change", () => matches.value = query.matches);

/** Whether the window is as narrow as that of a phone. */
export const isNarrow: ReadonlySignal<boolean> = matches;
