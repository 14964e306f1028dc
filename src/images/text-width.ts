/** How wide a line of sans-serif type is, where nothing can measure it: SVG that is drawn outside a browser. */

/** Widths of DejaVu Sans, the widest of the faces that systems commonly have, in parts of the type's size. */
const WIDTHS: readonly (readonly [RegExp, number])[] = [
  [/[ijl.,:;'|!]/u, 0.32],
  [/[frt\s()[\]"-]/u, 0.4],
  [/[mMW@%wO+]/u, 0.88],
  [/[A-Z]/u, 0.7],
  [/[\p{M}\p{Cf}]/u, 0],
  [/[\u1100-\uFFFF\p{Extended_Pictographic}]/u, 1.1],
];
const OTHERS = 0.62;

/** @returns pixels; never much less than it is, often a little more */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const letter of text) width += WIDTHS.find(([letters]) => letters.test(letter))?.[1] ?? OTHERS;
  return width * size;
}

/**
 * Breaks a text at blanks into lines of at most `width` pixels; a word that does not fit, or the text beyond the last
 * line, is cut with an ellipsis.
 */
export function wrapLines(text: string, width: number, size: number, most: number): string[] {
  const lines: string[] = [];
  let rest = text.replaceAll(/\s+/g, " ").trim();
  while (rest !== "" && lines.length < most) {
    const words = rest.split(" ");
    let taken = words.length;
    if (lines.length < most - 1) while (taken > 1 && textWidth(words.slice(0, taken).join(" "), size) > width) taken--;
    lines.push(cut(words.slice(0, taken).join(" "), width, size));
    rest = words.slice(taken).join(" ");
  }
  return lines;
}

function cut(line: string, width: number, size: number): string {
  if (textWidth(line, size) <= width) return line;
  const letters = Array.from(line);
  while (letters.length > 1 && textWidth(`${letters.join("")}…`, size) > width) letters.pop();
  return `${letters.join("").trimEnd()}…`;
}
