/** Whether there is a graphics card: WebGPU also finds software that pretends to be one, slower than the processor's own code. */
import { readdir } from "node:fs/promises";

/** Nodes of cards in `/dev`: of Linux's own drivers, of NVIDIA's, of Windows below a Linux. */
const CARD = /^(?:dri\/renderD\d+|nvidiactl|dxg)$/;

/** On Linux by what is in `devices`; elsewhere there is always one. */
export async function hasGraphicsCard(devices = "/dev"): Promise<boolean> {
  if (process.platform !== "linux") return true;
  const names = await readdir(devices).catch(() => []);
  const rendering = await readdir(`${devices}/dri`).catch(() => []);
  return [...names, ...rendering.map((name) => `dri/${name}`)].some((name) => CARD.test(name));
}
