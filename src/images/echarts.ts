/** echarts with the parts that our charts use, and nothing of a browser. */
import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, LegendComponent, TitleComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

import { textWidth } from "./text-width.ts";

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
    width: textWidth(text, Number.parseFloat(/[\d.]+px/.exec(font ?? "")?.[0] ?? "12")),
  }),
});

export { echarts };
