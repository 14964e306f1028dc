/** Measures every picture of a study and its controls, each once however often it is stopped: what is known is kept. */
import type { Manifest } from "./manifest.ts";
import { type Measures, newMeasures } from "./measures.ts";
import { BrokenPictureError, type DeskParts, MeasuringDesk } from "./measuring-desk.ts";
import { METRIC_NAMES, METRICS, type MetricName } from "./metrics/index.ts";
import { prefersContent } from "./metrics-table.ts";
import { Pace, type StudyProgress } from "./pace.ts";
import { type MeasuredSubject, setDistances } from "./set-distances.ts";
import { type Subject, subjectsOf } from "./subjects.ts";

export interface MeasureHooks {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: StudyProgress) => void;
}

/**
 * Pictures that cannot be opened, or have changed since they were painted, are named and left out.
 *
 * @param out the study's folder
 * @throws CancelledError; EngineError where a network's file turns out to be broken. What is known by then is kept.
 */
export async function measureStudy(
  manifest: Manifest,
  out: string,
  parts: DeskParts,
  hooks: MeasureHooks,
): Promise<Measures> {
  const desk = new MeasuringDesk(manifest, parts);
  const subjects = subjectsOf(manifest, out, parts.files);
  const { measured, broken } = await measureEach(subjects, desk, hooks);
  const pictures = measured.flatMap(({ subject, values }) =>
    METRIC_NAMES.flatMap((metric) => {
      const value = values[metric];
      return value == null ? [] : [{ ...subject.place, metric, value }];
    }),
  );
  const sets = await setDistances(measured, parts.eyes, desk);
  const seen = new Set([...pictures, ...sets].map(({ metric }) => metric));
  const painted = manifest.candidates.flatMap(({ id, kind }) => (kind === "control" ? [] : [id]));
  const metrics = METRIC_NAMES.filter((id) => seen.has(id)).map((id) => ({
    id,
    ...METRICS[id],
    prefersContent: prefersContent({ pictures, sets }, { id, ...METRICS[id] }, painted),
  }));
  const leftOut = [...parts.leftOut, ...withoutValues(seen, parts.leftOut)];
  return newMeasures({ atelier: parts.atelier, metrics, pictures, sets, leftOut, broken });
}

async function measureEach(subjects: readonly Subject[], desk: MeasuringDesk, { signal, onProgress }: MeasureHooks) {
  const pace = new Pace(subjects.length, (progress) => onProgress?.(progress));
  const found = new Map<Subject, MeasuredSubject>();
  const broken: Measures["broken"] = [];
  pace.begin();
  // Content by content, so that each is opened and looked at once.
  const contents = [...new Set(subjects.map(({ place }) => place.content))];
  for (const subject of contents.flatMap((name) => subjects.filter(({ place }) => place.content === name))) {
    signal.throwIfAborted();
    try {
      const { values, isNew } = await desk.measure(subject);
      found.set(subject, { subject, values });
      if (isNew) pace.painted();
      else pace.found();
    } catch (error) {
      if (!(error instanceof BrokenPictureError)) throw error;
      broken.push({ file: subject.name, why: error.message });
      pace.found();
    }
  }
  return { measured: subjects.flatMap((subject) => found.get(subject) ?? []), broken };
}

const TOO_FEW = "it takes two pictures and two styles";
const WITHOUT: Readonly<Partial<Record<MetricName, string>>> = {
  faces: "no content shows a face",
  "clip-text": "no style has been described",
  fid: TOO_FEW,
  kid: TOO_FEW,
  artfid: TOO_FEW,
};

/** Metrics that could have been measured, and of which nothing has a value. */
function withoutValues(seen: ReadonlySet<string>, leftOut: Measures["leftOut"]): Measures["leftOut"] {
  const known = new Set([...seen, ...leftOut.map(({ metric }) => metric)]);
  return METRIC_NAMES.filter((name) => !known.has(name)).map((metric) => ({
    metric,
    label: METRICS[metric].label,
    why: WITHOUT[metric] ?? "the pictures are too small for it",
  }));
}
