/** Safetensors files of full size whose data are holes: names and shapes as published, and no room taken on the disk. */
import { truncateSync, writeFileSync } from "node:fs";

type Shapes = Iterable<readonly [name: string, shape: readonly number[]]>;

/** @param lacking bytes that are cut off at the end */
export function writeHoles(file: string, shapes: Shapes, lacking = 0): void {
  let offset = 0;
  const header: Record<string, unknown> = {};
  for (const [name, shape] of shapes) {
    const begin = offset;
    offset += 4 * shape.reduce((product, dim) => product * dim, 1);
    header[name] = { dtype: "F32", shape, data_offsets: [begin, offset] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  writeFileSync(file, Buffer.concat([length, json]));
  truncateSync(file, 8 + json.length + offset - lacking);
}
