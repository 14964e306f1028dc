/** Contents and styles as the measures look at them: opened, converted and searched for faces once while they are in use. */
import { detectFaces } from "../faces/detect-faces.ts";
import type { Face } from "../faces/face-report.ts";
import { rgbToOklabSized } from "../images/oklab.ts";
import { fitLongSide, type PlanarImage, type Size } from "../images/plane.ts";
import type { PictureRole } from "../images/refusals.ts";
import type { RgbImage } from "../images/rgb-image.ts";
import { SessionPool } from "../onnx/session-pool.ts";
import { readPicture, type PictureFile } from "./picture-folder.ts";

/** Pictures that are kept, 2 MB each at 384 pixels and 15 MB at 1024, with what measures keep of them. */
const KEPT = 64;

/** The faces of a content, in pixels of a picture of size `from`. */
interface FacesFound {
  readonly faces: readonly Face[];
  readonly from: Size;
}

export class GivenPictures {
  readonly #sessions = new SessionPool(Infinity);
  readonly #faces = new Map<PictureFile, Promise<FacesFound>>();
  /** The one that was used last at the end. */
  readonly #seen = new Map<string, Promise<PlanarImage>>();

  /** A content at the size of a result, in OKLab. */
  content(file: PictureFile, { width, height }: Size): Promise<PlanarImage> {
    return this.#sized(file, "content", `${width}x${height}`, () => ({ width, height }));
  }

  /** A style at the long side of a result, in OKLab. */
  style(file: PictureFile, longSide: number): Promise<PlanarImage> {
    return this.#sized(file, "style", `${longSide}`, (image) => fitLongSide(image, longSide));
  }

  faces(content: PictureFile): Promise<FacesFound> {
    let found = this.#faces.get(content);
    if (!found) this.#faces.set(content, (found = this.#findFaces(content)));
    return found;
  }

  async #findFaces(content: PictureFile): Promise<FacesFound> {
    const image = await readPicture(content, "content");
    const { faces } = await detectFaces(image, this.#sessions);
    return { faces, from: { width: image.width, height: image.height } };
  }

  #sized(file: PictureFile, role: PictureRole, key: string, sizeOf: (image: RgbImage) => Size): Promise<PlanarImage> {
    const name = `${role} ${key} ${file.file}`;
    const kept = this.#seen.get(name);
    this.#seen.delete(name);
    const seen = kept ?? readPicture(file, role).then((image) => rgbToOklabSized(image, sizeOf(image)));
    this.#seen.set(name, seen);
    if (this.#seen.size > KEPT) this.#seen.delete(this.#seen.keys().next().value!);
    return seen;
  }
}
