/** JSON as it lies beside weights, read with limits: whoever wrote it, it costs little and fails in words. */
import { isUtf8 } from "node:buffer";
import { readFile, stat } from "node:fs/promises";

import type { z } from "zod";

import { excerpt, messageOf } from "../../errors.ts";
import { checkpointError } from "./tensor-source.ts";

/** Bytes; the largest that is read, a vocabulary, has a tenth of it. */
const LONGEST = 16 * 1024 * 1024;

/** Reads a JSON file of a checkpoint. @throws EngineError naming the file and what does not hold */
export async function readJson<T>(file: string, schema: z.ZodType<T>): Promise<T> {
  const unreadable = (error: unknown): never => {
    throw checkpointError(file, `cannot be read: ${messageOf(error)}`, error);
  };
  const { size } = await stat(file).catch(unreadable);
  if (size > LONGEST) throw checkpointError(file, `has ${size} bytes, ${LONGEST} at most`);
  return parseJson(file, textOf(file, await readFile(file).catch(unreadable)), schema);
}

/** @throws EngineError when the bytes are not UTF-8 */
export function textOf(label: string, bytes: Buffer): string {
  if (!isUtf8(bytes)) throw checkpointError(label, "is not UTF-8");
  return bytes.toString("utf8");
}

/** @throws EngineError naming `label` and what does not hold */
export const parseJson = <T>(label: string, text: string, schema: z.ZodType<T>): T =>
  checked(label, valueOf(label, text), schema);

/** What a schema makes of JSON that was read before. @throws EngineError naming `label` and what does not hold */
export function checked<T>(label: string, value: unknown, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = excerpt(issue?.path.join(".") ?? "");
  throw checkpointError(label, `${place || "the file"}: ${excerpt(issue?.message ?? "does not hold", 200)}`);
}

/** A number that JSON has not, where a value stands: Python writes some settings of samplers so. */
const NOT_FINITE = /(?<=[:[,]\s*)(?:NaN|-?Infinity)(?=\s*[,\]}])/g;

function valueOf(label: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    try {
      return JSON.parse(text.replaceAll(NOT_FINITE, "null"));
    } catch {
      throw checkpointError(label, "is not JSON", error);
    }
  }
}
