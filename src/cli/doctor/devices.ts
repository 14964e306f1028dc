/** Every device that this platform's onnxruntime could use, each one tried in a process of its own. */
import type { Config } from "../../config.ts";
import { countCards, PLATFORM_DEVICES, probeDevice, type ProbeOptions } from "../../engine/index.ts";
import { type ExecutionDevice, type NamedDevice, readDevices } from "../../onnx/devices.ts";
import { fault, note, ok, type Finding } from "./finding.ts";

/**
 * Where there are several cards of NVIDIA's, each of them.
 *
 * @param probe why a device cannot be used, `null` when it can
 */
export async function examineDevices(
  { DEVICE, CAPTION_DEVICE }: Pick<Config, "DEVICE"> & Partial<Pick<Config, "CAPTION_DEVICE">>,
  probe: (device: ExecutionDevice, options: ProbeOptions) => Promise<string | null> = probeDevice,
  cards = countCards,
): Promise<Finding[]> {
  const wanted = new Map([...namesOf(DEVICE, "DEVICE"), ...namesOf(CAPTION_DEVICE, "CAPTION_DEVICE")]);
  const count = Math.min(MOST_CARDS, (await cards()) ?? 0);
  const numbered = Array.from({ length: count > 1 ? count : 0 }, (_, card) => `cuda:${card}`);
  const there = ["cpu", ...(PLATFORM_DEVICES[process.platform] ?? [])].flatMap((name) =>
    name === "cuda" && numbered.length > 0 && !wanted.has("cuda") ? numbered : [name],
  );
  const findings: Finding[] = [];
  for (const { name, device, card } of read([...new Set([...there, ...wanted.keys()])])) {
    const reason = await probe(device, { card });
    const setting = wanted.get(name);
    if (reason === null) findings.push(ok(`${name} computes, and computes right`));
    else if (device === "cpu") {
      findings.push(fault(`cpu: ${reason}`, "onnxruntime-node does not work here: run npm ci again."));
    } else if (setting !== undefined) {
      const wayOut = setting === "DEVICE" ? "Set DEVICE=auto" : `Leave ${setting} out`;
      findings.push(fault(`${name}: ${reason}`, `${setting}=${name} asks for it. ${wayOut} to do without.`));
    } else findings.push(note(`${name}: ${reason}`));
  }
  return findings;
}

/** Of one machine, at most: each takes a moment. */
const MOST_CARDS = 16;

/** Devices by name, with the setting that asks for them. */
const namesOf = (list: string | undefined, setting: string): (readonly [string, string])[] =>
  (list === undefined ? [] : read(list.split(","))).map(({ name }) => [name, setting]);

/** Each by itself: together they may not be. */
const read = (names: readonly string[]): (NamedDevice & { readonly device: ExecutionDevice })[] =>
  names.flatMap((name) => {
    const devices = readDevices(name);
    return typeof devices === "string" ? [] : devices.filter(isChosen);
  });

const isChosen = (named: NamedDevice): named is NamedDevice & { readonly device: ExecutionDevice } =>
  named.device !== "auto";
