/** Charts as pictures: drawn as SVG by echarts, rasterised by sharp. Dark, large type: read on a phone in Discord. */
import * as echarts from "echarts/core";
import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import { SVGRenderer } from "echarts/renderers";
import type { EChartsOption } from "echarts";
import sharp from "sharp";

echarts.use([
  BarChart,
  CustomChart,
  LineChart,
  ScatterChart,
  GridComponent,
  LegendComponent,
  TitleComponent,
  SVGRenderer,
]);

// Outside a browser echarts guesses how wide a text is, for a narrower face than ours: legends would overlap.
echarts.setPlatformAPI({
  measureText: (text, font) => ({
    width: text.length * 0.64 * Number.parseFloat(/[\d.]+px/.exec(font ?? "")?.[0] ?? "12"),
  }),
});

/** Colours that stay apart on Discord's dark and light backgrounds, and for colour-blind readers (Okabe and Ito 2008). */
const SERIES_COLOURS = ["#E69F00", "#56B4E9", "#CC79A7", "#009E73"];
const INK = "#F2F3F5";
const FAINT = "#949BA4";
const PAPER = "#2B2D31";
const FONT = "DejaVu Sans, Noto Sans, Segoe UI, Helvetica, Arial, sans-serif";

interface Size {
  readonly width: number;
  readonly height: number;
}

/** @returns PNG bytes at twice the given size */
async function rasterise(option: EChartsOption, size: Size): Promise<Buffer> {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, ...size });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: PAPER,
      textStyle: { fontFamily: FONT, color: INK },
      ...option,
    });
    return await sharp(Buffer.from(chart.renderToSVGString()), { density: 144 }).png({ palette: true }).toBuffer();
  } finally {
    chart.dispose();
  }
}

const titleOf = ({ title, subtitle }: { readonly title: string; readonly subtitle: string }) => ({
  text: title,
  subtext: subtitle,
  left: 24,
  top: 16,
  itemGap: 14,
  textStyle: { color: INK, fontSize: 24, fontFamily: FONT },
  subtextStyle: { color: FAINT, fontSize: 15, fontFamily: FONT },
});

export interface IntervalBar {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  /** A figure to compare with, drawn as a mark; `null` for none. */
  readonly reference: number | null;
}

export interface IntervalChart {
  readonly title: string;
  readonly subtitle: string;
  readonly groups: readonly string[];
  readonly series: readonly string[];
  /** `bars[group][series]`; `null` where there is nothing to show. */
  readonly bars: readonly (readonly (IntervalBar | null)[])[];
  readonly referenceLabel: string;
  readonly axis: { readonly min: number; readonly max: number };
}

/** Grouped bars with interval whiskers and marks of reference values. */
export async function intervalChart(chart: IntervalChart): Promise<Buffer> {
  const count = chart.series.length;
  const slot = 0.72 / count;
  const offset = (series: number): number => (series - (count - 1) / 2) * slot;
  const cells = chart.bars.flatMap((row, group) =>
    row.flatMap((bar, series) => (bar ? [{ ...bar, group, series }] : [])),
  );
  const marks = cells.flatMap(({ group, series, low, high, reference }) => [
    [group, series, low, high, reference ?? Number.NaN],
  ]);
  return rasterise(
    {
      title: titleOf(chart),
      legend: {
        data: [...chart.series, chart.referenceLabel],
        bottom: 14,
        itemGap: 22,
        textStyle: { color: INK, fontSize: 15, fontFamily: FONT },
      },
      grid: { left: 56, right: 24, top: 104, bottom: 96 },
      xAxis: {
        type: "category",
        data: [...chart.groups],
        axisTick: { show: false },
        axisLine: { lineStyle: { color: FAINT } },
        axisLabel: { color: INK, fontSize: 18, margin: 14, fontFamily: FONT },
      },
      yAxis: {
        type: "value",
        min: chart.axis.min,
        max: chart.axis.max,
        interval: 0.5,
        axisLabel: { color: FAINT, fontSize: 14, fontFamily: FONT, formatter: (value: number) => value.toFixed(1) },
        splitLine: { lineStyle: { color: "#3F4147" } },
      },
      series: [
        ...chart.series.map((name, series) => ({
          name,
          type: "bar" as const,
          barWidth: `${slot * 86}%`,
          barGap: "16%",
          itemStyle: { color: SERIES_COLOURS[series % SERIES_COLOURS.length]!, borderRadius: [5, 5, 0, 0] },
          label: {
            show: true,
            position: "insideBottom" as const,
            color: "#1E1F22",
            fontSize: 14,
            fontWeight: "bold" as const,
            fontFamily: FONT,
            formatter: (item: { value?: unknown }) => (typeof item.value === "number" ? item.value.toFixed(3) : ""),
          },
          data: chart.bars.map((row) => row[series]?.mean ?? "-"),
        })),
        {
          name: chart.referenceLabel,
          type: "custom" as const,
          itemStyle: { color: INK },
          z: 5,
          data: marks,
          renderItem: (_: unknown, api: CustomApi) => {
            const [group, series] = [api.value(0), api.value(1)];
            const [width] = api.size([1, 0]);
            const at = (value: number): readonly [number, number] => {
              const [x, y] = api.coord([group, value]);
              return [x + offset(series) * width, y];
            };
            const [x, low] = at(api.value(2));
            const [, high] = at(api.value(3));
            const cap = width * slot * 0.12;
            const line = (x1: number, y1: number, x2: number, y2: number, lineWidth: number, stroke: string) => ({
              type: "line" as const,
              shape: { x1, y1, x2, y2 },
              style: { stroke, lineWidth },
            });
            const whisker = [
              line(x, low, x, high, 2.5, INK),
              line(x - cap, low, x + cap, low, 2.5, INK),
              line(x - cap, high, x + cap, high, 2.5, INK),
            ];
            const reference = api.value(4);
            if (Number.isNaN(reference)) return { type: "group" as const, children: whisker };
            const half = width * slot * 0.36;
            const [, y] = at(reference);
            const mark = {
              ...line(x - half, y, x + half, y, 3, INK),
              style: { stroke: INK, lineWidth: 3, lineDash: [6, 4] },
            };
            return { type: "group" as const, children: [...whisker, mark] };
          },
        },
      ],
    } as EChartsOption,
    { width: 900, height: 620 },
  );
}

/** The part of echarts' custom-series interface that is used here. */
interface CustomApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
  size(extent: readonly [number, number]): [number, number];
}

export interface LineSeries {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Drawn thin and faint: a noisy series behind a smooth one. */
  readonly faint?: boolean;
}

/** One or more lines over a common axis. */
export async function lineChart(chart: {
  readonly title: string;
  readonly subtitle: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly LineSeries[];
}): Promise<Buffer> {
  const axis = (name: string, gap: number) => ({
    type: "value" as const,
    name,
    nameLocation: "middle" as const,
    nameGap: gap,
    scale: true,
    nameTextStyle: { color: FAINT, fontSize: 15, fontFamily: FONT },
    axisLabel: { color: FAINT, fontSize: 14, fontFamily: FONT },
    splitLine: { lineStyle: { color: "#3F4147" } },
  });
  return rasterise(
    {
      title: titleOf(chart),
      grid: { left: 84, right: 28, top: 100, bottom: 72 },
      xAxis: axis(chart.xLabel, 36),
      yAxis: axis(chart.yLabel, 58),
      series: chart.series.map(({ name, points, faint }, i) => ({
        name,
        type: "line" as const,
        showSymbol: false,
        lineStyle: { width: faint ? 1 : 3.5, opacity: faint ? 0.45 : 1 },
        itemStyle: { color: SERIES_COLOURS[i % SERIES_COLOURS.length]! },
        data: points.map(([x, y]) => [x, y]),
      })),
    },
    { width: 900, height: 520 },
  );
}
