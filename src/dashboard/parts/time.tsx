const clock = formatter({ timeStyle: "medium" });
const dayOfYear = formatter({ month: "short", day: "numeric" });
const day = formatter({ dateStyle: "medium" });

/** A browser takes some 20 ms to make its first one, so that is left until it is needed. */
function formatter(options: Intl.DateTimeFormatOptions): () => Intl.DateTimeFormat {
  let made: Intl.DateTimeFormat | undefined;
  return () => made ??= new Intl.DateTimeFormat(undefined, options);
}

/** Prepares for the first time that is shown, while the page has nothing else to do. */
export function prepareTimes(): void {
  clock();
}

/**
 * A time in the words of this browser: today's without the date, and this year's without the year.
 *
 * @param props `at`: an ISO 8601 string; anything else is shown as it is.
 * @returns The element.
 */
export function Time({ at }: { at: string | null | undefined }) {
  if (at === null || at === undefined) return <span class="quiet">none</span>;
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return <span>{at}</span>;
  const now = new Date();
  const isThisYear = date.getFullYear() === now.getFullYear();
  const days = date.toDateString() === now.toDateString()
    ? ""
    : `${(isThisYear ? dayOfYear : day)().format(date)}, `;
  return (
    <time dateTime={date.toISOString()} title={date.toISOString()}>
      {`${days}${clock().format(date)}`}
    </time>
  );
}

/**
 * A duration in one or two units.
 *
 * @param ms Milliseconds; negative counts as 0.
 * @returns For example `1 h 5 min`.
 */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return seconds % 60 === 0 ? `${minutes} min` : `${minutes} min ${seconds % 60} s`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? `${hours} h ${minutes % 60} min`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
