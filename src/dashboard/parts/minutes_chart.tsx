import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";

const HEIGHT = 180;
const SCHEME = "(prefers-color-scheme: dark)";

/** What is counted by the minute. */
export interface Minutes {
  /** The beginnings of the minutes, in seconds since the Unix epoch. */
  readonly at: readonly number[];
  /** A series of counts, one for each minute. */
  readonly series: readonly { readonly name: string; readonly counts: readonly number[] }[];
}

/**
 * Bars by the minute. Dragging over them chooses a range of time.
 *
 * @param props `minutes`: the counts; `label`: what they say, in words; `onRange`: told of a range,
 *   in milliseconds since the Unix epoch.
 * @returns The element.
 */
export function MinutesChart({ minutes, label, onRange }: {
  minutes: Minutes;
  label: string;
  onRange: (from: number, to: number) => void;
}) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const told = useRef(onRange);
  told.current = onRange;
  const data = [minutes.at, ...minutes.series.map(({ counts }) => counts)] as uPlot.AlignedData;

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const draw = () => {
      chart.current?.destroy();
      chart.current = newChart(element, minutes, data, (from, to) => told.current(from, to));
    };
    draw();
    const sized = new ResizeObserver(() =>
      chart.current?.setSize({ width: element.clientWidth, height: HEIGHT })
    );
    sized.observe(element);
    const scheme = matchMedia(SCHEME); // its colours are painted, so they do not follow by themselves
    scheme.addEventListener("change", draw);
    return () => {
      scheme.removeEventListener("change", draw);
      sized.disconnect();
      chart.current?.destroy();
    };
  }, []);
  useEffect(() => chart.current?.setData(data));
  return <div class="chart" ref={place} role="img" aria-label={label} />;
}

function newChart(
  element: HTMLElement,
  { series }: Minutes,
  data: uPlot.AlignedData,
  onRange: (from: number, to: number) => void,
): uPlot {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  const grid = { stroke: colour("--chart-grid"), width: 1 };
  const axis = { stroke: colour("--chart-text"), grid, ticks: grid, font: "12px sans-serif" };
  return new uPlot(
    {
      width: element.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false, setScale: false } },
      scales: { y: { range: (_, __, max) => [0, Math.max(4, max)] } },
      axes: [axis, {
        ...axis,
        size: 44,
        values: (_, splits) => splits.map((n) => Number.isInteger(n) ? String(n) : ""),
      }],
      series: [
        {},
        ...series.map(({ name }, index) => ({
          label: name,
          stroke: colour(`--chart-${index + 1}`),
          fill: colour(`--chart-${index + 1}`),
          width: 0,
          points: { show: false },
          ...(uPlot.paths.bars === undefined
            ? {}
            : { paths: uPlot.paths.bars({ size: [index === 0 ? 0.8 : 0.4, 40] }) }),
        })),
      ],
      hooks: {
        setSelect: [(self) => {
          const { left, width } = self.select;
          if (width < 3) return;
          onRange(self.posToVal(left, "x") * 1000, self.posToVal(left + width, "x") * 1000);
        }],
      },
    },
    data,
    element,
  );
}
