/** Carries out one step of a conversion: reads a tensor piece by piece, writes what becomes of it into place. */
import { closeSync, openSync, writeSync } from "node:fs";

import { bytesOf, bytesPerElement } from "../../../onnx/dtype.ts";
import { decodeFloats } from "../../../onnx/files/decode-floats.ts";
import { toFloat16 } from "../../../onnx/files/float16.ts";
import { readExactly } from "../../../onnx/files/read-exactly.ts";
import type { Step } from "./conversion-plan.ts";
import { quantise } from "./quantise.ts";

/** Numbers in memory at a time. */
const PIECE = 4 << 20;

/** @param target the output file, already of its full size */
export function runStep(step: Step, target: string): void {
  const { source, form, outputs } = step;
  const input = openSync(source.path, "r");
  const output = openSync(target, "r+");
  try {
    const [rows, ...rest] = source.shape as [number, ...number[]];
    const columns = rest.reduce((product, dim) => product * dim, 1);
    const rowBytes = columns * bytesPerElement(source.dtype);
    const perPiece = Math.max(1, Math.floor(PIECE / columns));
    for (let row = 0; row < rows; row += perPiece) {
      const count = Math.min(perPiece, rows - row);
      const bytes = readExactly(input, count * rowBytes, source.offset + row * rowBytes, source.path);
      const numbers = decodeFloats(bytes, source.dtype);
      const pieces = form === "quantise" ? quantisedPieces(numbers, count, columns, outputs) : [convert(numbers, form)];
      pieces.forEach((piece, i) => {
        const { offset, shape } = outputs[i]!;
        const perRow = piece.byteLength / count;
        if (shape[0] !== rows) throw new RangeError(`${outputs[i]!.name} has ${shape[0]} rows, its source ${rows}`);
        writeExactly(output, piece, offset + row * perRow);
      });
    }
  } finally {
    closeSync(input);
    closeSync(output);
  }
}

function quantisedPieces(
  numbers: Float32Array,
  rows: number,
  columns: number,
  [packedAs]: Step["outputs"],
): Uint8Array[] {
  const blockSize = 2 * packedAs!.shape.at(-1)!;
  const { packed, scales, zeros } = quantise(numbers, rows, columns, blockSize);
  return [packed, bytesOf(scales), zeros];
}

const convert = (numbers: Float32Array, form: "half" | "single"): Uint8Array =>
  bytesOf(form === "half" ? toFloat16(numbers) : numbers);

function writeExactly(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done, position + done);
}
