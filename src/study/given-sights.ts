/** Contents and styles of a study as instruments look at them, opened once while they are in use. */
import { detectFaces } from "../faces/detect-faces.ts";
import { readStoredPicture } from "../images/decode.ts";
import type { Size } from "../images/plane.ts";
import { resizeLongSide, resizeTo } from "../images/resize.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import type { PictureStore } from "../jobs/repositories.ts";
import type { SessionPool } from "../onnx/session-pool.ts";
import { type Compared, type Sight, sightOf } from "./metrics/compared.ts";

/** Pictures are measured content by content; of the styles all come with each. At 512 pixels each takes 4 MB. */
const KEPT = { contents: 4, styles: 48 };

type Found = Awaited<ReturnType<Compared["faces"]>>;

export class GivenSights {
  readonly #files: Pick<PictureStore, "local">;
  readonly #sessions: SessionPool;
  readonly #contents = new Map<string, Promise<Sight>>();
  readonly #styles = new Map<string, Promise<Sight>>();
  readonly #faces = new Map<string, Promise<Found>>();

  /** @param files the pictures that the study is made of, by hash */
  constructor(files: Pick<PictureStore, "local">, sessions: SessionPool) {
    this.#files = files;
    this.#sessions = sessions;
  }

  content(sha256: string, { width, height }: Size): Promise<Sight> {
    const open = async (): Promise<RgbImage> => resizeTo(await this.#read(sha256), width, height);
    return lately(this.#contents, KEPT.contents, `${sha256} ${width}x${height}`, async () => sightOf(await open()));
  }

  style(sha256: string, longSide: number): Promise<Sight> {
    const open = async (): Promise<RgbImage> => resizeLongSide(await this.#read(sha256), longSide);
    return lately(this.#styles, KEPT.styles, `${sha256} ${longSide}`, async () => sightOf(await open()));
  }

  faces(contentSha256: string): Promise<Found> {
    return lately(this.#faces, Infinity, contentSha256, async () => {
      const image = await this.#read(contentSha256);
      const { faces } = await detectFaces(image, this.#sessions);
      return { faces, from: { width: image.width, height: image.height } };
    });
  }

  async #read(sha256: string): Promise<RgbImage> {
    return readStoredPicture(await this.#files.local(sha256));
  }
}

/** What `make` makes of a key, once as long as it is among the last `most` that were asked for. */
function lately<T>(kept: Map<string, Promise<T>>, most: number, key: string, make: () => Promise<T>): Promise<T> {
  const found = kept.get(key) ?? make();
  kept.delete(key);
  kept.set(key, found);
  if (kept.size > most) kept.delete(kept.keys().next().value!);
  return found;
}
