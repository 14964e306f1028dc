/** `atelier doctor --gpu`: everything about a device that an owner, or whoever helps one, wants to know, in ten minutes. */
import path from "node:path";

import { type ReportLine, type ReportPart, type ReportSizes, reportOn, type Verdict } from "../../bench/gpu-report.ts";
import type { Config } from "../../config.ts";
import { cardEnvironment, PLATFORM_DEVICES, probeDevice } from "../../engine/index.ts";
import { UserError } from "../../errors.ts";
import { redact } from "../../log.ts";
import { type ExecutionDevice, type NamedDevice, readDevices } from "../../onnx/devices.ts";
import { paintFor } from "../paint.ts";

/** What a card is for. */
const FULL: ReportSizes = {
  name: "full",
  checkpoint: path.resolve("out/bench/random-v1"),
  captioner: path.resolve("out/bench/random-captioner"),
  latents: 64,
  size: 512,
  steps: 9,
  tokens: 20,
  prefix: 640,
};

export interface GpuCommand {
  readonly json: boolean;
  /** Measured in place of the first that the settings name: `auto`, or a name such as `cuda:1`. */
  readonly device: string;
  readonly minutes: number;
  /** Of the networks, where they are elsewhere or smaller. */
  readonly sizes?: ReportSizes;
}

/** @returns the exit code: 0 when nothing is wrong, else 1 */
export async function runGpuDoctor(
  config: Pick<Config, "DEVICE">,
  { json, device: wanted, minutes, sizes = FULL }: GpuCommand,
  print: (text: string) => void,
): Promise<number> {
  const paint = paintFor(process.stdout);
  const began = performance.now();
  const say = (text: string): void => {
    if (!json) print(redact(text));
  };
  const sayLine = ({ verdict, text }: ReportLine): void => {
    const [colour, mark] = verdict === null ? MARK.skipped : MARK[verdict];
    say(`  ${paint(colour, mark)} ${text}`);
  };
  say(paint("bold", "Driver"));
  const device = firstOf(wanted === "auto" ? config.DEVICE : wanted);
  // All that is measured runs in children of this process.
  Object.assign(process.env, cardEnvironment(device.card));
  const found = await findDevice(device, sayLine);
  const parts: ReportPart[] = [];
  if (found.device) {
    const left = 60 * minutes - (performance.now() - began) / 1000;
    for await (const part of reportOn({ device: found.device, sizes, seconds: Math.max(1, Math.round(left)) })) {
      parts.push(part);
      say(`\n${paint("bold", capital(part.name))} ${paint("dim", `${part.seconds.toFixed(1)} s`)}`);
      part.lines.forEach(sayLine);
    }
  }
  const wrong = parts.filter(({ verdict }) => verdict === "wrong").length;
  const healthy = found.device !== null && wrong === 0;
  const seconds = (performance.now() - began) / 1000;
  if (json)
    print(redact(JSON.stringify({ healthy, device: found.device, drivers: found.drivers, seconds, parts }, null, 2)));
  else if (healthy) say(`\n${paint("green", "Nothing is wrong.")} ${seconds.toFixed(0)} s`);
  else if (!found.device) say(`\n${paint("red", "No graphics card can be used.")} ${seconds.toFixed(0)} s`);
  else
    say(
      `\n${paint("red", wrong === 1 ? "One part went wrong." : `${wrong} parts went wrong.`)} ${seconds.toFixed(0)} s`,
    );
  return healthy ? 0 : 1;
}

const MARK = { right: ["green", "✓"], skipped: ["dim", "·"], wrong: ["red", "✗"] } as const satisfies Record<
  Verdict,
  readonly [string, string]
>;

interface Driver {
  readonly device: ExecutionDevice;
  /** Why it cannot be used. */
  readonly fault: string | null;
}

/** The device that is asked for, or the first beside the processor that works. */
async function findDevice(
  { name, device: wanted }: NamedDevice,
  sayLine: (line: ReportLine) => void,
): Promise<{ readonly device: ExecutionDevice | null; readonly drivers: readonly Driver[] }> {
  const drivers: Driver[] = [];
  for (const device of wanted === "auto" ? (PLATFORM_DEVICES[process.platform] ?? []) : [wanted]) {
    const fault = await probeDevice(device);
    drivers.push({ device, fault });
    sayLine({
      verdict: fault === null ? "right" : "skipped",
      text: `${wanted === "auto" ? device : name}${fault === null ? " works" : `: ${fault}`}`,
    });
    if (fault === null) return { device, drivers };
  }
  return { device: null, drivers };
}

/** @throws UserError when it names none */
function firstOf(list: string): NamedDevice {
  const devices = readDevices(list);
  if (typeof devices === "string") throw new UserError("no-such-device", `The device ${devices}.`);
  return devices[0]!;
}

const capital = (words: string): string => words[0]!.toUpperCase() + words.slice(1);
