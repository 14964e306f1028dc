/** Frames, scan edges and blank margins of a picture, side by side: lines of one colour, and jumps along a whole side. */
import type { PlanarImage } from "../plane.ts";

/** No side loses more than this share of the picture. */
const DEEPEST = 0.14;

/** A margin's line is flatter than this, and no further from the outermost line. */
const FLAT = 0.02;
const SAME_COLOUR = 0.035;

/** What is beyond a margin's end differs from it in so much of the line. */
const END_SHARE = 0.5;

/** A frame ends where lightness jumps at least so far, in the same direction, along nearly the whole side. */
const JUMP = 0.045;
const JUMP_SHARE = 0.8;

const CHANNELS = [0, 1, 2] as const;

export interface Margins {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** The border of a picture of some 256 pixels, in pixels. */
export function borderLines(image: PlanarImage): Margins {
  const depth = (side: Side): number => {
    const lines = linesFrom(image, side);
    return Math.max(marginLines(lines), frameLines(lines));
  };
  return { left: depth("left"), top: depth("top"), right: depth("right"), bottom: depth("bottom") };
}

type Side = "left" | "top" | "right" | "bottom";

/** Lines of pixels parallel to a side, the outermost first, as far in as a border may reach (and two more). */
interface Lines {
  readonly count: number;
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
    length: upright ? height : width,
    value: (channel, line, at) => {
      const across = fromEnd ? total - 1 - line : line;
      return planes[channel][upright ? at * width + across : across * width + at]!;
    },
  };
}

/** How many lines from the outside are of one flat colour, if that ends along half the side at once. */
function marginLines({ count, length, value }: Lines): number {
  const meanOf = (channel: 0 | 1 | 2, line: number): number => {
    let sum = 0;
    for (let at = 0; at < length; at++) sum += value(channel, line, at);
    return sum / length;
  };
  const outer = CHANNELS.map((channel) => meanOf(channel, 0));
  const isFlat = (line: number): boolean =>
    CHANNELS.every((channel) => {
      const mean = meanOf(channel, line);
      let variance = 0;
      for (let at = 0; at < length; at++) variance += (value(channel, line, at) - mean) ** 2;
      return Math.sqrt(variance / length) < FLAT && Math.abs(mean - outer[channel]!) < SAME_COLOUR;
    });
  let flat = 0;
  while (flat < count && isFlat(flat)) flat++;
  // Flat as far as one may look: a ground that belongs to the picture. So does one that ends place by place or gradually.
  if (flat === 0 || flat === count) return 0;
  const last = CHANNELS.map((channel) => meanOf(channel, flat - 1));
  const isOther = (line: number, at: number): boolean =>
    CHANNELS.some((channel) => Math.abs(value(channel, line, at) - last[channel]!) > SAME_COLOUR);
  let others = 0;
  for (let at = 0; at < length; at++) if (isOther(flat + 1, at)) others++;
  // One more line goes with a margin: the one that was resampled across its edge.
  return others >= END_SHARE * length ? flat + 1 : 0;
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
