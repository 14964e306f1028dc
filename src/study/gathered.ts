/** The pictures of a study that are there, as files with names that say which they are, and those that failed. */
import { copyFile, link, mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";

import { UserError } from "../errors.ts";
import { exists } from "../exists.ts";
import type { Job, Painter } from "../jobs/job.ts";
import type { PictureStore } from "../jobs/repositories.ts";
import { sha256Of } from "../sha256.ts";
import { Machines } from "./machines.ts";
import type { Manifest, ManifestPicture } from "./manifest.ts";
import type { Order } from "./paint-pictures.ts";
import type { PlannedPicture } from "./places.ts";

/** Of a file, and pixels. */
interface Kept {
  readonly sha256: string;
  readonly width: number;
  readonly height: number;
}

export class Gathered {
  readonly #out: string;
  readonly #files: Pick<PictureStore, "local">;
  readonly #pictures = new Map<string, ManifestPicture>();
  /** Workers that painted some of them. */
  readonly #painters = new Map<string, Painter>();
  readonly #failed = new Map<string, Manifest["failed"][number]>();

  /** @param out the study's folder */
  constructor(out: string, files: Pick<PictureStore, "local">) {
    this.#out = out;
    this.#files = files;
  }

  /** Takes in what became of an order. */
  async settled(picture: PlannedPicture, order: Order, job: Job): Promise<void> {
    const why = failureOf(order, job);
    if (why === null) await this.painted(picture, job);
    else this.failed(picture, why);
  }

  /** Notes that there is none, and why. */
  failed({ file, place }: PlannedPicture, why: string): void {
    this.#failed.set(file, { ...place, why });
  }

  /** Takes in what a job has painted. @throws UserError where the file was changed since */
  async painted(picture: PlannedPicture, { result, describer }: Job): Promise<void> {
    const { engine, variant, stylePath, contours, steps, guidance, seconds } = result!;
    const { stepCache = null, unetRows = null, painter } = result!;
    if (painter) this.#painters.set(picture.file, painter);
    await this.#take(picture, result!.picture, {
      engine,
      variant,
      stylePath,
      ...(contours !== undefined && { contours }),
      steps,
      guidance,
      stepCache,
      unetRows,
      describer: variant === "inst" ? null : describer,
      seconds,
    });
  }

  /** Takes in a stored picture that nobody painted. @throws UserError where the file was changed since */
  control(picture: PlannedPicture, kept: Kept): Promise<void> {
    return this.#take(picture, kept, null);
  }

  /** In the order of what was planned. */
  listed(planned: readonly PlannedPicture[]): Pick<Manifest, "machines" | "pictures" | "failed" | "complete"> {
    const machines = new Machines();
    const named = (picture: ManifestPicture): ManifestPicture => {
      const [{ painted }, painter] = [picture, this.#painters.get(picture.file)];
      return painted && painter ? { ...picture, painted: { ...painted, machine: machines.nameOf(painter) } } : picture;
    };
    const pictures = planned.flatMap(({ file }) => this.#pictures.get(file) ?? []).map(named);
    const failed = planned.flatMap(({ file }) => this.#failed.get(file) ?? []);
    const list = [...machines.list];
    return {
      ...(list.length > 0 && { machines: list }),
      pictures,
      failed,
      complete: pictures.length === planned.length,
    };
  }

  async #take({ place, file }: PlannedPicture, kept: Kept, painted: ManifestPicture["painted"]): Promise<void> {
    const { sha256, width, height } = kept;
    const target = path.join(this.#out, file);
    if (!(await exists(target))) await placeAt(target, await this.#files.local(sha256));
    else if ((await sha256Of(await readFile(target))) !== sha256)
      throw new UserError(
        "study-result-changed",
        `${file} was changed since it was painted. Take it away, and the same command puts it back as it was.`,
      );
    this.#pictures.set(file, { ...place, file, sha256, width, height, painted });
  }
}

/** A second name for the same file where the disk knows that, so that pictures take their room once. */
async function placeAt(target: string, from: string): Promise<void> {
  await mkdir(path.dirname(target), { recursive: true });
  await link(from, target).catch(async () => {
    await copyFile(from, target).catch(async (error: unknown) => {
      await rm(target, { force: true });
      throw error;
    });
  });
}

/** Why a job gave no picture that can stand for the order; `null`: it did. */
function failureOf({ engine, request }: Order, { state, result, failure }: Job): string | null {
  if (result === null) return failure ?? `it ended as ${state}`;
  if (result.engine !== engine) return `the ${result.engine} engine painted it in place of the ${engine} engine`;
  if (request.stylePath !== "auto" && result.stylePath !== request.stylePath)
    return `it was painted by the style path ${result.stylePath ?? "of none"}`;
  return null;
}
