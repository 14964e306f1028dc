/** Everything that synthesis needs to know about a style picture, computed once per style. */
import { fitLongSide, mapPlanes, resizePlanar, type Plane, type PlanarImage } from "../../../images/plane.ts";
import { bandDeviations } from "./band-match.ts";
import { analyseLineArt, type LineArt } from "./line-art.ts";
import { colourMoments, type ColourMoments } from "./monge-kantorovich.ts";
import { colourQuantiles, sampleColours, type ColourQuantiles } from "./sliced-transport.ts";

export class StyleAnalysis {
  readonly image: PlanarImage;
  /** 1 where patches and statistics may be taken, 0 where not, at the size of `image` */
  readonly usable: Plane;
  readonly moments: ColourMoments;
  readonly quantiles: ColourQuantiles;
  readonly bands: readonly number[];
  readonly lineArt: LineArt;
  readonly #levels = new Map<number, PlanarImage>();

  /**
   * @param image the style in OKLab with chroma gain, without its border
   * @param usable where patches and statistics may be taken; default: everywhere
   */
  constructor(image: PlanarImage, usable: Plane = new Float32Array(image.width * image.height).fill(1)) {
    this.image = image;
    this.usable = usable;
    const colours = usableColours(image, usable);
    this.moments = colourMoments(colours);
    this.quantiles = colourQuantiles(sampleColours(colours, 20_000));
    this.bands = bandDeviations(image, usable);
    this.lineArt = analyseLineArt(image, usable);
  }

  /** The style at a long side; kept. */
  level(longSide: number): PlanarImage {
    let level = this.#levels.get(longSide);
    if (!level) {
      const size = fitLongSide(this.image, longSide);
      const same = size.width === this.image.width && size.height === this.image.height;
      level = same ? this.image : resizePlanar(this.image, size);
      this.#levels.set(longSide, level);
    }
    return level;
  }
}

/** The usable pixels of a picture, in one row. */
function usableColours(image: PlanarImage, usable: Plane): PlanarImage {
  const places = usable.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
  return places === usable.length
    ? image
    : mapPlanes(image, (plane) => plane.filter((_, i) => usable[i]! > 0), { width: places, height: 1 });
}
