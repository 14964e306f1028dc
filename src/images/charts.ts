/** Charts as pictures: drawn as SVG by echarts, rasterised by sharp. Dark, large type: read on a phone in Discord. */
import type { EChartsOption } from "echarts";
import sharp from "sharp";

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
  // Loaded with the first chart: half of what the bot would load at its start, for what a server asks for now and then.
  const { echarts } = await import("./echarts.ts");
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

const titleOf = (
  { title, subtitle }: { readonly title: string; readonly subtitle: string },
  { large, small }: { readonly large: number; readonly small: number },
) => ({
  text: title,
  subtext: subtitle,
  left: 24,
  top: 16,
  itemGap: 14,
  textStyle: { color: INK, fontSize: large, fontFamily: FONT },
  subtextStyle: { color: FAINT, fontSize: small, lineHeight: small * 1.35, fontFamily: FONT },
});

/** Numbers are written otherwise in each language. */
type WrittenFigure = (value: number, decimals: number) => string;

interface IntervalBar {
  readonly mean: number;
  /** `null` where too little is known for one. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  /** A figure to compare with, drawn as a mark; `null` for none. */
  readonly reference: number | null;
}

export interface IntervalChart {
  readonly title: string;
  /** May have two lines. */
  readonly subtitle: string;
  /** May have two lines each. */
  readonly groups: readonly string[];
  readonly series: readonly string[];
  /** `bars[group][series]`; `null` where there is nothing to show. */
  readonly bars: readonly (readonly (IntervalBar | null)[])[];
  readonly referenceLabel: string;
  /** How a number is written. */
  readonly figure: WrittenFigure;
  readonly axis: { readonly min: number; readonly max: number };
}

/** The reference's mark as the legend shows it: the same dashes. */
const DASHES = "path://M0,8 L9,8 L9,12 L0,12 Z M15,8 L24,8 L24,12 L15,12 Z";

/**
 * Grouped bars with interval whiskers and marks of reference values. The means stand in a row of their own below the
 * bars, where no whisker crosses them. Type is twice as large as on a screen of that width: a phone shows half of it.
 */
export async function intervalChart(chart: IntervalChart): Promise<Buffer> {
  const slot = 0.84 / chart.series.length;
  const offset = (series: number): number => (series - (chart.series.length - 1) / 2) * slot;
  const cells = chart.bars.flatMap((row, group) =>
    row.flatMap((bar, series) =>
      bar ? [[group, series, bar.mean, bar.interval?.low ?? NaN, bar.interval?.high ?? NaN, bar.reference ?? NaN]] : [],
    ),
  );
  const drawCell = (_: unknown, api: CustomApi) => {
    const [width] = api.size([1, 0]);
    const middle = api.coord([api.value(0), 0])[0] + offset(api.value(1)) * width;
    const line = (value: number, to: number, half: number, style: object) => {
      const [y1, y2] = [api.coord([0, value])[1], api.coord([0, to])[1]];
      return {
        type: "line",
        shape: { x1: middle - half, y1, x2: middle + half, y2 },
        style: { stroke: INK, ...style },
      };
    };
    const [low, high, reference] = [api.value(3), api.value(4), api.value(5)];
    const cap = width * slot * 0.12;
    const whisker = [line(low, high, 0, THIN), line(low, low, cap, THIN), line(high, high, cap, THIN)];
    const mark = line(reference, reference, width * slot * 0.42, { lineWidth: 4, lineDash: [8, 5] });
    const [x, y] = [middle, api.coord([0, chart.axis.min])[1] + 12];
    const mean = { type: "text", style: { x, y, text: chart.figure(api.value(2), 2), align: "center", ...MEAN } };
    return {
      type: "group",
      children: [mean, ...(Number.isNaN(low) ? [] : whisker), ...(Number.isNaN(reference) ? [] : [mark])],
    };
  };
  return rasterise(
    {
      title: titleOf(chart, { large: 32, small: 21 }),
      legend: {
        data: [...chart.series.map((name) => ({ name })), { name: chart.referenceLabel, icon: DASHES }],
        bottom: 16,
        left: 24,
        itemGap: 24,
        textStyle: { color: INK, fontSize: 22, fontFamily: FONT },
      },
      grid: { left: 64, right: 20, top: 148, bottom: 216 },
      xAxis: {
        type: "category",
        data: [...chart.groups],
        axisTick: { show: false },
        axisLine: { lineStyle: { color: FAINT } },
        axisLabel: { color: INK, fontSize: 22, lineHeight: 30, margin: 52, interval: 0, fontFamily: FONT },
      },
      yAxis: {
        type: "value",
        min: chart.axis.min,
        max: chart.axis.max,
        interval: 0.5,
        axisLabel: {
          color: FAINT,
          fontSize: 20,
          fontFamily: FONT,
          formatter: (value: number) => chart.figure(value, 1),
        },
        splitLine: { lineStyle: { color: "#3F4147" } },
      },
      series: [
        ...chart.series.map((name, series) => ({
          name,
          type: "bar" as const,
          barWidth: `${slot * 88}%`,
          barGap: "13.6%",
          itemStyle: { color: SERIES_COLOURS[series % SERIES_COLOURS.length]!, borderRadius: [5, 5, 0, 0] },
          data: chart.bars.map((row) => row[series]?.mean ?? "-"),
        })),
        {
          name: chart.referenceLabel,
          type: "custom" as const,
          itemStyle: { color: INK },
          z: 5,
          data: cells,
          renderItem: drawCell,
        },
      ],
    } as EChartsOption,
    { width: 800, height: 780 },
  );
}

const THIN = { lineWidth: 3 };
const MEAN = { fill: INK, fontSize: 24, fontWeight: "bold", fontFamily: FONT };

/** The part of echarts' custom-series interface that is used here. */
interface CustomApi {
  value(dimension: number): number;
  coord(point: readonly [number, number]): [number, number];
  size(extent: readonly [number, number]): [number, number];
}

export interface LineChart {
  readonly title: string;
  readonly subtitle: string;
  readonly xLabel: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** How a number at an axis is written. */
  readonly figure: WrittenFigure;
  /** The lowest of the points, and what to say of it. */
  readonly mark: { readonly point: readonly [x: number, y: number]; readonly label: string };
}

/** A line through measured points, the lowest of them marked. */
export async function lineChart({ points, mark, xLabel, figure, ...heads }: LineChart): Promise<Buffer> {
  const ys = points.map(([, y]) => y);
  // As many digits as tell the ticks apart.
  const digits = Math.max(0, Math.ceil(-Math.log10((Math.max(...ys) - Math.min(...ys) || 1) / 5)));
  const right = mark.point[0] > points.at(-1)![0] / 2;
  const axis = {
    type: "value" as const,
    scale: true,
    splitNumber: 4,
    nameTextStyle: { color: FAINT, fontSize: 20, fontFamily: FONT },
    axisLabel: { color: FAINT, fontSize: 20, fontFamily: FONT },
    splitLine: { lineStyle: { color: "#3F4147" } },
  };
  return rasterise(
    {
      title: titleOf(heads, { large: 27, small: 20 }),
      grid: { left: 96, right: 36, top: 116, bottom: 80 },
      xAxis: {
        ...axis,
        name: xLabel,
        nameLocation: "middle",
        nameGap: 40,
        splitLine: { show: false },
        axisLabel: { ...axis.axisLabel, formatter: (value: number) => figure(value, 0) },
      },
      yAxis: {
        ...axis,
        boundaryGap: ["20%", "4%"],
        axisLabel: { ...axis.axisLabel, formatter: (value: number) => figure(value, digits) },
      },
      series: [
        {
          type: "line",
          symbol: "circle",
          symbolSize: points.length > 30 ? 0 : 8,
          lineStyle: { width: 4 },
          itemStyle: { color: SERIES_COLOURS[0]! },
          data: points.map(([x, y]) => [x, y]),
        },
        {
          type: "scatter",
          symbolSize: 18,
          z: 5,
          itemStyle: { color: SERIES_COLOURS[1]! },
          label: {
            show: true,
            // Below the lowest point there is no line.
            position: [right ? 18 : 0, 24],
            align: right ? "right" : "left",
            color: INK,
            fontSize: 20,
            fontFamily: FONT,
            formatter: mark.label,
          },
          data: [[...mark.point]],
        },
      ],
    },
    { width: 760, height: 500 },
  );
}
