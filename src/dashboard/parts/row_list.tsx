import { useSignal } from "@preact/signals";
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
} from "@tanstack/virtual-core";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";

/** What a list shows, and how. */
interface RowListProps {
  /** What the rows are, for screen readers. */
  readonly label: string;
  /** How many rows there are. */
  readonly count: number;
  /** The height of each, in pixels. */
  readonly rowHeight: number;
  /** What stays the same about a row when others come before it. */
  readonly keyOf: (index: number) => string | number;
  /** The content of a row. */
  readonly children: (index: number) => ComponentChildren;
  /** Opens a row, by click or Enter. */
  readonly onOpen: (index: number) => void;
  /** What is shown if there are no rows. */
  readonly empty: string;
}

/**
 * A list of any length, of which only the visible rows are in the page. It is one stop of the Tab
 * key; arrows, Home and End move in it, and Enter opens a row. Rows that arrive at the top do not
 * move what is being read.
 *
 * @param props See `RowListProps`.
 * @returns The element.
 */
export function RowList(
  { label, count, rowHeight, keyOf, children, onOpen, empty }: RowListProps,
) {
  const scroller = useRef<HTMLDivElement>(null);
  const [, redraw] = useState({});
  const active = useSignal<string | number | undefined>(undefined);
  const [rows] = useState(() =>
    new Virtualizer<HTMLDivElement, Element>({
      count: 0,
      getScrollElement: () => null,
      estimateSize: () => rowHeight,
      observeElementOffset,
      observeElementRect,
      scrollToFn: elementScroll,
    })
  );
  rows.setOptions({
    ...rows.options,
    count,
    estimateSize: () => rowHeight,
    getItemKey: keyOf,
    getScrollElement: () => scroller.current,
    overscan: 8,
    onChange: () => redraw({}),
  });
  useLayoutEffect(() => rows._didMount(), []);
  useLayoutEffect(() => rows._willUpdate());

  const first = useRef<string | number | undefined>(undefined);
  useLayoutEffect(() => {
    const element = scroller.current;
    const before = first.current;
    first.current = count === 0 ? undefined : keyOf(0);
    if (element === null || before === undefined || element.scrollTop < rowHeight) return;
    if (first.current === before) return;
    let added = 0;
    while (added < count && keyOf(added) !== before) added++;
    if (added < count) element.scrollTop += added * rowHeight;
  });
  useEffect(() => {
    rows.measure();
  }, [rowHeight]);

  const items = rows.getVirtualItems();
  const indexOfActive = (): number => {
    if (active.value === undefined) return -1;
    for (let index = 0; index < count; index++) if (keyOf(index) === active.value) return index;
    return -1;
  };
  const moveTo = (index: number) => {
    const place = Math.min(Math.max(index, 0), count - 1);
    active.value = keyOf(place);
    rows.scrollToIndex(place);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (count === 0) return;
    const at = indexOfActive();
    const page = Math.floor((scroller.current?.clientHeight ?? 0) / rowHeight) - 1;
    const target: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      PageDown: at + page,
      PageUp: at - page,
      Home: 0,
      End: count - 1,
    };
    if (event.key === "Enter" && at >= 0) onOpen(at);
    else if (target[event.key] === undefined) return;
    else moveTo(target[event.key] ?? 0);
    event.preventDefault();
  };

  const activeItem = items.find(({ key }) => key === active.value);
  return (
    <div
      class="rows"
      ref={scroller}
      role="listbox"
      aria-label={label}
      aria-activedescendant={activeItem === undefined ? undefined : `row-${activeItem.index}`}
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      {count === 0 && <div class="quiet empty" role="option" aria-disabled="true">{empty}</div>}
      <div role="presentation" class="rows-all" style={{ height: `${rows.getTotalSize()}px` }}>
        {items.map(({ index, key, start }) => (
          <div
            key={key}
            id={`row-${index}`}
            class="row"
            role="option"
            aria-selected={key === active.value}
            aria-posinset={index + 1}
            aria-setsize={count}
            style={{ height: `${rowHeight}px`, transform: `translateY(${start}px)` }}
            onClick={() => {
              active.value = key as string | number;
              onOpen(index);
            }}
          >
            {children(index)}
          </div>
        ))}
      </div>
    </div>
  );
}
