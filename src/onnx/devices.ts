/** Names of what the networks run on and of how exactly they compute. */
export const DEVICES = ["auto", "cpu", "cuda", "webgpu", "dml", "coreml"] as const;
type Device = (typeof DEVICES)[number];

/** A device that was chosen. */
export type ExecutionDevice = Exclude<Device, "auto">;

/** A device as settings name it. */
export interface NamedDevice {
  /** As it was written: `cuda:1`. */
  readonly name: string;
  readonly device: Device;
  /** Which of NVIDIA's cards, counted as `nvidia-smi` does; `null`: whichever is the first. */
  readonly card: number | null;
}

/** Engines side by side, at most. */
const MOST_DEVICES = 64;

const NAMES = DEVICES.join(", ");

/**
 * Reads a list of devices: `auto`, `cpu,cpu`, `cuda:0,cuda:1`.
 *
 * @returns what is wrong with it, to be said after the setting's name, where something is
 */
export function readDevices(text: string): readonly NamedDevice[] | string {
  const named: NamedDevice[] = [];
  for (const name of text.split(",").map((part) => part.trim())) {
    const [word, number, ...rest] = name.split(":");
    const device = DEVICES.find((known) => known === word);
    if (!device || rest.length > 0) return `must be one of ${NAMES}, or several cards such as cuda:0,cuda:1`;
    if (number !== undefined && device !== "cuda") return `cannot have ${name}: only cuda takes a number`;
    if (number !== undefined && !/^\d{1,2}$/.test(number))
      return `cannot have ${name}: cards are counted from cuda:0 on`;
    const card = number === undefined ? null : Number(number);
    named.push({ name: card === null ? device : `${device}:${card}`, device, card });
  }
  if (named.length > MOST_DEVICES) return `may name at most ${MOST_DEVICES} devices`;
  return refusalOf(named) ?? named;
}

/**
 * Reads the one device that the captioner has to itself.
 *
 * @param painting those that paint, any of which it may be
 * @returns what is wrong with it, to be said after the setting's name, where something is
 */
export function readCaptionDevice(text: string, painting: readonly NamedDevice[]): NamedDevice | string {
  const read = readDevices(text);
  if (typeof read === "string") return read;
  const [captioning] = read;
  if (!captioning || read.length > 1) return "must be one device, such as cuda:1 or cpu";
  if (captioning.device === "auto")
    return "cannot be auto: leave it out, and pictures are described where they are painted";
  if (captioning.device === "cpu" || painting.some(({ name }) => name === captioning.name)) return captioning;
  if (painting.some(({ device }) => device === "auto")) return "needs a DEVICE that says which card paints";
  return refusalOf([...painting, captioning]) ?? captioning;
}

/** Why devices cannot work side by side. */
function refusalOf(named: readonly NamedDevice[]): string | null {
  const others = named.filter(({ device }) => device !== "cpu");
  if (named.length > 1 && named.some(({ device }) => device === "auto")) return "cannot have auto beside other devices";
  const twice = others.find(({ name }, n) => others.findIndex((other) => other.name === name) < n);
  if (twice) return `names ${twice.name} twice`;
  const cards = others.filter(({ device }) => device === "cuda");
  if (cards.length > 1 && cards.some(({ card }) => card === null))
    return "must give each card its number: cuda:0,cuda:1";
  return null;
}

export const PRECISIONS = ["auto", "fp32", "fp16", "int8"] as const;
export type Precision = (typeof PRECISIONS)[number];
