/** Where pictures of a study are opened and measured, and what is known of them is looked up. */
import { messageOf } from "../errors.ts";
import type { PictureStore } from "../jobs/repositories.ts";
import type { SessionPool } from "../onnx/session-pool.ts";
import { GivenSights } from "./given-sights.ts";
import type { KeptMeasures } from "./kept-measures.ts";
import type { Manifest } from "./manifest.ts";
import { type Compared, sightOf } from "./metrics/compared.ts";
import type { Eye, Instruments, Values } from "./metrics/instruments.ts";
import type { Subject } from "./subjects.ts";

export interface DeskParts extends Instruments {
  /** The pictures that the study is made of, by hash. */
  readonly files: Pick<PictureStore, "local">;
  readonly kept: KeptMeasures;
  readonly sessions: SessionPool;
  /** The version of Atelier: another may measure otherwise. */
  readonly atelier: string;
}

/** A picture, or one that it is held against, that cannot be opened. */
export class BrokenPictureError extends Error {
  override readonly name = "BrokenPictureError";
}

/** What is known of a picture, and whether it had to be measured for it. */
export interface Outcome {
  readonly values: Values;
  readonly isNew: boolean;
}

export class MeasuringDesk {
  readonly #parts: DeskParts;
  readonly #sights: GivenSights;
  /** Of contents and styles, by their names. */
  readonly #contents: ReadonlyMap<string, string>;
  readonly #styles: ReadonlyMap<string, { readonly sha256: string; readonly text: string | null }>;
  readonly #size: number;

  constructor({ contents, styles, settings }: Manifest, parts: DeskParts) {
    this.#parts = parts;
    this.#sights = new GivenSights(parts.files, parts.sessions);
    this.#contents = new Map(contents.map(({ name, sha256 }) => [name, sha256]));
    this.#styles = new Map(
      styles.map(({ name, sha256, description }) => [name, { sha256, text: description?.text ?? null }]),
    );
    this.#size = settings.size;
  }

  /** @throws BrokenPictureError saying why; EngineError where a network's file turns out to be broken */
  async measure(subject: Subject): Promise<Outcome> {
    const { kept, instruments } = this.#parts;
    const [contentSha, style] = [this.#contents.get(subject.place.content)!, this.#styles.get(subject.place.style)!];
    const key = [subject.key, contentSha, style.sha256, style.text ?? ""];
    const known = new Map(await kept.values(key));
    const missing = instruments.filter((each) => !known.has(this.#idOf(each)));
    const unseen: Eye[] = [];
    for (const eye of this.#eyes()) if ((await this.vector(eye, subject.key)) === undefined) unseen.push(eye);
    if (missing.length + unseen.length > 0) {
      const pictures = await this.#opened(subject, contentSha, style);
      for (const each of missing) known.set(this.#idOf(each), await each.measure(pictures));
      await kept.keepValues(key, known);
      for (const eye of unseen) await this.#see(eye, subject.key, pictures.result.image);
    }
    const values: Values = Object.assign({}, ...instruments.map((each) => known.get(this.#idOf(each))));
    return { values, isNew: missing.length + unseen.length > 0 };
  }

  /** What an eye sees in a picture that was measured; `null` where that is too small, `undefined` where it was not. */
  vector(eye: Eye, key: string): Promise<Float32Array | null | undefined> {
    return this.#parts.kept.vector([key, this.#idOf(eye)]);
  }

  /** What an eye sees in a style, as long as the study's pictures. */
  async styleVector(eye: Eye, name: string): Promise<Float32Array | null> {
    const { sha256 } = this.#styles.get(name)!;
    const key = `style ${sha256} ${this.#size}`;
    const known = await this.vector(eye, key);
    if (known !== undefined) return known;
    return this.#see(eye, key, (await this.#sights.style(sha256, this.#size)).image);
  }

  async #see(eye: Eye, key: string, picture: Parameters<Eye["see"]>[0]): Promise<Float32Array | null> {
    const vector = await eye.see(picture);
    await this.#parts.kept.keepVector([key, this.#idOf(eye)], vector);
    return vector;
  }

  async #opened(subject: Subject, content: string, style: { sha256: string; text: string | null }): Promise<Compared> {
    try {
      const image = await subject.load();
      return {
        result: sightOf(image),
        content: await this.#sights.content(content, image),
        style: await this.#sights.style(style.sha256, Math.max(image.width, image.height)),
        description: style.text,
        faces: () => this.#sights.faces(content),
      };
    } catch (error) {
      throw new BrokenPictureError(messageOf(error), { cause: error });
    }
  }

  #eyes(): Eye[] {
    const { fid, art } = this.#parts.eyes;
    return [fid, art].filter((eye) => eye !== null);
  }

  #idOf({ id }: { readonly id: string }): string {
    return `${this.#parts.atelier} ${id}`;
  }
}
