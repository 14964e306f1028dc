/** Binary PPM, the one picture format that the prototype reads. */
import type { RgbImage } from "../images/rgb-image.ts";

export const encodePpm = ({ width, height, data }: RgbImage): Buffer =>
  Buffer.concat([Buffer.from(`P6\n${width} ${height}\n255\n`, "latin1"), data]);

/** @throws Error when the bytes are not an 8-bit binary PPM */
export function decodePpm(bytes: Buffer): RgbImage {
  const header = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(0, 64).toString("latin1"));
  if (!header) throw new Error("not an 8-bit binary PPM picture");
  const width = Number(header[1]);
  const height = Number(header[2]);
  return {
    width,
    height,
    data: new Uint8Array(bytes.subarray(header[0].length, header[0].length + 3 * width * height)),
  };
}
