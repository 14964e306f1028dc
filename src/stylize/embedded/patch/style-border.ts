/** Frames, scan edges and blank margins of a style picture: found and cut off, so that they are not pasted as strokes. */
import { cropPlanar, fitLongSide, resizePlanar, type PlanarImage } from "../../../images/plane.ts";

/** Sides are examined at this size. */
const WORKING_SIZE = 256;

/** No side loses more than this share of the picture. */
const DEEPEST = 0.14;

/** Always cut: pixels that resampling and compression mixed with whatever was beside the picture. */
const LEAST = 0.008;

/** A margin's line is flatter than this, and no further from the outermost line. */
const FLAT = 0.02;
const SAME_COLOUR = 0.035;

/** A frame ends where lightness jumps at least so far, in the same direction, along nearly the whole side. */
const JUMP = 0.045;
const JUMP_SHARE = 0.8;

export interface Margins {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The picture without its border, and what was cut, in pixels. */
export function cropBorder(style: PlanarImage): { readonly image: PlanarImage; readonly margins: Margins } {
  const size = fitLongSide(style, Math.min(WORKING_SIZE, Math.max(style.width, style.height)));
  const small = resizePlanar(style, size);
  const depth = (side: Side): number => {
    const across = side === "left" || side === "right" ? style.width : style.height;
    return Math.max(Math.floor(LEAST * across), Math.ceil(borderDepth(linesFrom(small, side)) * across));
  };
  const margins = { left: depth("left"), top: depth("top"), right: depth("right"), bottom: depth("bottom") };
  const width = style.width - margins.left - margins.right;
  const height = style.height - margins.top - margins.bottom;
  if (Math.min(width, height) < 16) return { image: style, margins: { left: 0, top: 0, right: 0, bottom: 0 } };
  return { image: cropPlanar(style, margins.left, margins.top, width, height), margins };
}

type Side = "left" | "top" | "right" | "bottom";

/** Lines of pixels parallel to a side, the outermost first, as far in as a border may reach (and two more). */
interface Lines {
  readonly count: number;
  readonly total: number;
  readonly length: number;
  readonly value: (channel: 0 | 1 | 2, line: number, at: number) => number;
}

function linesFrom(image: PlanarImage, side: Side): Lines {
  const { width, height, planes } = image;
  const upright = side === "left" || side === "right";
  const total = upright ? width : height;
  const fromEnd = side === "right" || side === "bottom";
  return {
    count: Math.floor(total * DEEPEST),
    total,
    length: upright ? height : width,
    value: (channel, line, at) => {
      const across = fromEnd ? total - 1 - line : line;
      return planes[channel][upright ? at * width + across : across * width + at]!;
    },
  };
}

/** The border's share of the picture at one side. */
const borderDepth = (lines: Lines): number => Math.max(marginLines(lines), frameLines(lines)) / lines.total;

/** How many lines from the outside are of one flat colour. */
function marginLines({ count, length, value }: Lines): number {
  const meanOf = (channel: 0 | 1 | 2, line: number): number => {
    let sum = 0;
    for (let at = 0; at < length; at++) sum += value(channel, line, at);
    return sum / length;
  };
  const outer = ([0, 1, 2] as const).map((channel) => meanOf(channel, 0));
  for (let line = 0; line < count; line++) {
    for (const channel of [0, 1, 2] as const) {
      const mean = meanOf(channel, line);
      let variance = 0;
      for (let at = 0; at < length; at++) variance += (value(channel, line, at) - mean) ** 2;
      const flat = Math.sqrt(variance / length) < FLAT && Math.abs(mean - outer[channel]!) < SAME_COLOUR;
      // One more line goes with a margin: the one that was resampled across its edge.
      if (!flat) return line === 0 ? 0 : line + 1;
    }
  }
  // Flat as far as one may look: a ground that belongs to the picture.
  return 0;
}

/** The innermost line along which lightness jumps everywhere, and in the same direction. */
function frameLines({ count, length, value }: Lines): number {
  let depth = 0;
  for (let line = 0; line < count; line++) {
    let brighter = 0;
    let darker = 0;
    for (let at = 0; at < length; at++) {
      const jump = value(0, line + 2, at) - value(0, line, at);
      if (jump > JUMP) brighter++;
      else if (jump < -JUMP) darker++;
    }
    if (Math.max(brighter, darker) > JUMP_SHARE * length) depth = line + 2;
  }
  return depth;
}
