/** How far all pictures of a candidate together are from their styles: FID, KID, and ArtFID with what LPIPS says of them. */
import type { Measures } from "./measures.ts";
import type { MeasuringDesk } from "./measuring-desk.ts";
import type { FeatureSet } from "./metrics/feature-set.ts";
import { frechetDistance } from "./metrics/frechet.ts";
import type { Eye, Instruments, Values } from "./metrics/instruments.ts";
import { kernelDistance } from "./metrics/kernel-distance.ts";
import type { Subject } from "./subjects.ts";

/** A picture that was measured. */
export interface MeasuredSubject {
  readonly subject: Subject;
  readonly values: Values;
}

/**
 * Each style counts as often as there are pictures of it, as the protocols of ArtFID and StyleID have it; for KID, which
 * holds for pictures that are independent, every picture counts once.
 */
export async function setDistances(
  measured: readonly MeasuredSubject[],
  eyes: Instruments["eyes"],
  desk: MeasuringDesk,
): Promise<Measures["sets"]> {
  const candidates = [...new Set(measured.map(({ subject }) => subject.place.candidate))];
  const rows: Measures["sets"] = [];
  for (const candidate of candidates) {
    const own = measured.filter(({ subject }) => subject.place.candidate === candidate);
    const add = (metric: string, value: number | null, count: number): void => {
      if (value !== null) rows.push({ candidate, metric, value, count });
    };
    if (eyes.fid) {
      const { pictures, styles, count } = await setsOf(own, eyes.fid, desk);
      add("fid", frechetDistance(pictures, styles), count);
      add("kid", kernelDistance(pictures.vectors, styles.vectors), count);
    }
    if (eyes.art) {
      const perceived = own.filter(({ values }) => values.lpips != null);
      const { pictures, styles, count } = await setsOf(perceived, eyes.art, desk);
      const distance = frechetDistance(pictures, styles);
      const lpips = perceived.reduce((sum, { values }) => sum + values.lpips! / perceived.length, 0);
      add("artfid", distance === null ? null : (1 + lpips) * (1 + distance), count);
    }
  }
  return rows;
}

interface Sets {
  readonly pictures: FeatureSet;
  readonly styles: FeatureSet;
  readonly count: number;
}

/** Of pictures that the eye has seen, and of their styles. */
async function setsOf(measured: readonly MeasuredSubject[], eye: Eye, desk: MeasuringDesk): Promise<Sets> {
  const [pictures, styles] = [new Counted(), new Counted()];
  let count = 0;
  for (const { subject } of measured) {
    const vector = await desk.vector(eye, subject.key);
    const { style } = subject.place;
    const others = styles.vectorOf(style) ?? (await desk.styleVector(eye, style));
    if (!vector || !others) continue;
    pictures.add(subject.key, vector);
    styles.add(style, others);
    count++;
  }
  return { pictures: pictures.set, styles: styles.set, count };
}

/** Vectors by key, and how often each was added. */
class Counted {
  readonly #entries = new Map<string, { readonly vector: Float32Array; count: number }>();

  add(key: string, vector: Float32Array): void {
    const entry = this.#entries.get(key) ?? { vector, count: 0 };
    entry.count++;
    this.#entries.set(key, entry);
  }

  vectorOf(key: string): Float32Array | undefined {
    return this.#entries.get(key)?.vector;
  }

  get set(): FeatureSet {
    const entries = [...this.#entries.values()];
    return { vectors: entries.map(({ vector }) => vector), counts: entries.map(({ count }) => count) };
  }
}
