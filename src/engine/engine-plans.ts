/** Which engines there are to be: one for each device, and what each of them is for. */
import { availableParallelism } from "node:os";

import type { Config } from "../config.ts";
import { type NamedDevice, readCaptionDevice, readDevices } from "../onnx/devices.ts";
import type { SupervisorConfig } from "./supervisor.ts";

/** What of its settings an engine among several has to itself. */
type OwnSettings = Partial<Pick<SupervisorConfig, "ENGINE" | "CAPTIONER" | "MODEL_MEMORY" | "THREADS">>;

/** An engine that is to be started. */
export interface EnginePlan extends NamedDevice {
  /** The setting that asks for it. */
  readonly setting: "DEVICE" | "CAPTION_DEVICE";
  readonly paints: boolean;
  readonly describes: boolean;
  readonly own: OwnSettings;
}

/**
 * One engine for each of `DEVICE`, and one for `CAPTION_DEVICE` unless it is a card that paints as well: two processes
 * would be in each other's way there. Each opens what its work needs and nothing else: who only paints has the describer
 * without weights, who only describes the painter without. Engines on the processor divide its threads and
 * `MODEL_MEMORY` among them.
 *
 * @param cores of the processor
 */
export function enginePlans(
  config: Pick<Config, "DEVICE" | "CAPTION_DEVICE" | "MODEL_MEMORY">,
  cores = availableParallelism(),
): readonly EnginePlan[] {
  const painting = checked(readDevices(config.DEVICE));
  const captioning =
    config.CAPTION_DEVICE === undefined ? null : checked(readCaptionDevice(config.CAPTION_DEVICE, painting));
  const isShared = captioning !== null && captioning.device !== "cpu" && painting.some(isOn(captioning));
  const named = captioning && !isShared ? [...painting, captioning] : painting;
  const onProcessor = named.filter(({ device }) => device === "cpu").length;
  return named.map((place): EnginePlan => {
    const paints = place !== captioning;
    const describes = captioning === null || place === captioning || (isShared && isOn(captioning)(place));
    const isOneOfMany = place.device === "cpu" && onProcessor > 1;
    return {
      ...place,
      setting: paints ? "DEVICE" : "CAPTION_DEVICE",
      paints,
      describes,
      own: {
        ...(!paints && { ENGINE: "embedded" as const }),
        ...(!describes && { CAPTIONER: "palette" }),
        ...(isOneOfMany && {
          THREADS: Math.max(1, Math.floor(cores / onProcessor)),
          MODEL_MEMORY: config.MODEL_MEMORY / onProcessor,
        }),
      },
    };
  });
}

const isOn =
  (wanted: NamedDevice) =>
  ({ name }: NamedDevice): boolean =>
    name === wanted.name;

/** Settings were refused when they were read. */
function checked<T>(read: T | string): T {
  if (typeof read === "string") throw new TypeError(`the device ${read}`);
  return read;
}
