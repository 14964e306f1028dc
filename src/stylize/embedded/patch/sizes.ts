/** Sizes of results and of style pictures. */
import { fitLongSide, type Size } from "../../../images/plane.ts";

/** Pictures are enlarged at most this many times: beyond, there is only blur to paint over. */
const LARGEST_ENLARGEMENT = 2;

const bounded = (picture: Size, longSide: number): number =>
  Math.min(Math.round(longSide), LARGEST_ENLARGEMENT * Math.max(picture.width, picture.height));

/** The content's aspect ratio at the long side asked for, or at twice its own where that is less. */
export const resultSize = (content: Size, longSide: number): Size => fitLongSide(content, bounded(content, longSide));

/** As large as the result, so that strokes keep their size relative to it; or twice the style's own size. */
export const styleSize = (style: Size, longSide: number): Size => fitLongSide(style, bounded(style, longSide));
