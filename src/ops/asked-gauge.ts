/** Values that are asked for when somebody looks. */
import { Gauge, type Registry } from "prom-client";

import { within } from "./within.ts";

/** How long a value may take, milliseconds: a scrape that says less is better than none. */
const ASK_MS = 2000;

/** Not known at the moment: NaN, which Prometheus keeps apart from every number. */
export function askedGauge(registry: Registry, name: string, help: string, ask: () => Promise<number> | number): void {
  const gauge: Gauge = new Gauge({
    name,
    help,
    registers: [registry],
    async collect() {
      gauge.set(await within(ASK_MS, async () => ask()).catch(() => NaN));
    },
  });
}

/** One value for each word under a label; none that is not known at the moment. */
export function askedGauges(
  registry: Registry,
  { name, help, label }: { readonly name: string; readonly help: string; readonly label: string },
  ask: () => Promise<Iterable<readonly [string, number]>> | Iterable<readonly [string, number]>,
): void {
  const gauge: Gauge = new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    async collect() {
      const values = await within(ASK_MS, async () => ask()).catch(() => []);
      gauge.reset();
      for (const [word, value] of values) gauge.set({ [label]: word }, value);
    },
  });
}
