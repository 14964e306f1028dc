/** What was measured stays in the study's folder, by what was measured and by what with, so that it is measured once. */
import { createHash } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";

import { z } from "zod";

import { writeWhole } from "../write-whole.ts";
import type { Values } from "./metrics/instruments.ts";

const valuesSchema = z.record(z.string(), z.record(z.string(), z.number().nullable()));

export class KeptMeasures {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Values by the instrument that measured them; none where nothing is kept, or the file is damaged. */
  async values(key: readonly string[]): Promise<ReadonlyMap<string, Values>> {
    const text = await readFile(this.#file(key, "json"), "utf8").catch(() => "{}");
    try {
      return new Map(Object.entries(valuesSchema.parse(JSON.parse(text))));
    } catch {
      return new Map();
    }
  }

  keepValues(key: readonly string[], values: ReadonlyMap<string, Values>): Promise<void> {
    return this.#keep(this.#file(key, "json"), Buffer.from(JSON.stringify(Object.fromEntries(values))));
  }

  /** `undefined` where it is not kept. */
  async vector(key: readonly string[]): Promise<Float32Array | null | undefined> {
    const bytes = await readFile(this.#file(key, "f32")).catch(() => null);
    if (bytes === null || bytes.length % 4 !== 0) return undefined;
    return bytes.length === 0 ? null : new Float32Array(new Uint8Array(bytes).buffer);
  }

  keepVector(key: readonly string[], vector: Float32Array | null): Promise<void> {
    const bytes = vector ? new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength) : new Uint8Array(0);
    return this.#keep(this.#file(key, "f32"), bytes);
  }

  async #keep(file: string, bytes: Uint8Array): Promise<void> {
    await mkdir(path.dirname(file), { recursive: true });
    await writeWhole(file, bytes);
  }

  #file(key: readonly string[], extension: string): string {
    const name = createHash("sha256").update(JSON.stringify(key)).digest("hex");
    return path.join(this.#folder, name.slice(0, 2), `${name}.${extension}`);
  }
}
