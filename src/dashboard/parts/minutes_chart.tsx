import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

const MINUTE_S = 60;
const SCHEME = "(prefers-color-scheme: dark)";
const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });

/** A range of time, in milliseconds since the Unix epoch. */
export interface TimeRange {
  /** Its beginning. */
  readonly since: number;
  /** Its end, which is no part of it. */
  readonly until: number;
}

/** What is counted by the minute. */
export interface Minutes {
  /** The beginnings of the minutes, in seconds since the Unix epoch. */
  readonly at: readonly number[];
  /** Series of counts, one for each minute: each is drawn over those before it. */
  readonly series: readonly {
    /** The property of CSS that holds its colour. */
    readonly colour: string;
    readonly counts: readonly number[];
  }[];
}

/** What a chart shows. */
export interface MinutesChartProps {
  /** The counts. */
  readonly minutes: Minutes;
  /** What they say, in words. */
  readonly label: string;
  /** The height, in pixels. */
  readonly height: number;
  /** The range that is chosen; undefined for none. */
  readonly range: TimeRange | undefined;
  /** Told of a range of whole minutes. */
  readonly onRange: (range: TimeRange) => void;
}

/**
 * Bars by the minute. Dragging over them chooses a range of time.
 *
 * @param props See `MinutesChartProps`.
 * @returns The element.
 */
export function MinutesChart(props: MinutesChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const latest = useRef(props);
  latest.current = props;
  const { height, label } = props;

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const draw = () => {
      chart.current?.destroy();
      chart.current = newChart(element, () => latest.current);
    };
    draw();
    const sized = new ResizeObserver(() => {
      chart.current?.setSize({ width: element.clientWidth, height });
      if (chart.current !== undefined) select(chart.current, latest.current.range);
    });
    sized.observe(element);
    const scheme = matchMedia(SCHEME); // its colours are painted, so they do not follow by themselves
    scheme.addEventListener("change", draw);
    return () => {
      scheme.removeEventListener("change", draw);
      sized.disconnect();
      chart.current?.destroy();
    };
  }, []);
  useEffect(() => {
    const { current } = chart;
    if (current === undefined || current.over.matches(":active")) return; // it is being dragged over
    current.setData(dataOf(props.minutes));
    select(current, props.range);
  });
  return (
    <div
      class="chart"
      style={{ height: `${height}px` }}
      ref={place}
      role="img"
      aria-label={label}
    />
  );
}

function dataOf({ at, series }: Minutes): uPlot.AlignedData {
  return [at, ...series.map(({ counts }) => counts)] as uPlot.AlignedData;
}

/** Shows a range, as far as it is in the chart. */
function select(chart: uPlot, range: TimeRange | undefined): void {
  const { width, height } = chart.over.getBoundingClientRect();
  const at = (ms: number) => Math.min(Math.max(chart.valToPos(ms / 1000, "x"), 0), width);
  const { left, right } = range === undefined
    ? { left: 0, right: 0 }
    : { left: at(range.since), right: at(range.until) };
  chart.setSelect({ left, width: right - left, top: 0, height: right > left ? height : 0 }, false);
}

function newChart(element: HTMLElement, props: () => MinutesChartProps): uPlot {
  const { minutes, height } = props();
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const grid = { stroke: colour("--chart-grid"), width: 1 };
  const axis = { stroke: colour("--chart-text"), grid, ticks: grid, font: "12px sans-serif" };
  return new uPlot(
    {
      width: element.clientWidth,
      height,
      padding: [null, 32, null, null], // for the last time under the axis
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false, setScale: false } },
      scales: {
        x: {
          range: () => {
            const { at } = props().minutes;
            return [at[0] ?? 0, (at.at(-1) ?? 0) + MINUTE_S];
          },
        },
        y: { range: (_, __, max) => [0, Math.max(4, max)] },
      },
      axes: [{
        ...axis,
        size: 30,
        values: (_, splits) => splits.map((at) => CLOCK.format(at * 1000)),
      }, {
        ...axis,
        size: 44,
        values: (_, splits) => splits.map((n) => Number.isInteger(n) ? String(n) : ""),
      }],
      series: [
        {},
        ...minutes.series.map((one) => ({
          stroke: colour(one.colour),
          fill: colour(one.colour),
          width: 0,
          points: { show: false },
          ...(uPlot.paths.bars === undefined
            ? {}
            : { paths: uPlot.paths.bars({ size: [0.8, 40], align: 1 }) }),
        })),
      ],
      hooks: {
        ready: [(self) => select(self, props().range)],
        setSelect: [(self) => {
          const { left, width } = self.select;
          const minuteAt = (x: number) => Math.round(self.posToVal(x, "x") / MINUTE_S);
          const [since, until] = [minuteAt(left), minuteAt(left + width)];
          if (until <= since) return select(self, props().range);
          props().onRange({ since: since * MINUTE_S * 1000, until: until * MINUTE_S * 1000 });
        }],
      },
    },
    dataOf(minutes),
    element,
  );
}
