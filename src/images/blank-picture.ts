/** A plain grey picture, to stand where another may not be shown. */
import { encodePng } from "./encode.ts";

const SIZE = { width: 320, height: 180 } as const;
const GREY = 0x60;

export async function blankPng(): Promise<Buffer> {
  const { width, height } = SIZE;
  return Buffer.from(await encodePng({ width, height, data: new Uint8Array(3 * width * height).fill(GREY) }));
}
