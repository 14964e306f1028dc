/** Small pictures for the tests, drawn here: a landscape to repaint, styles to repaint it in, and uploads that are none. */
import sharp, { type Sharp } from "sharp";

export interface Picture {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly contentType?: string;
}

const svg = (body: string, width: number, height: number): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 90" width="${width}" height="${height}" preserveAspectRatio="none">${body}</svg>`,
  );

const LANDSCAPE = `<rect width="120" height="55" fill="#bcd9ee"/><circle cx="92" cy="20" r="9" fill="#fff3c4"/>
  <path d="M0 55 L30 25 L55 50 L80 30 L120 58 L120 90 L0 90Z" fill="#7c8f78"/><rect y="66" width="120" height="24" fill="#4d6b4a"/>
  <rect x="22" y="56" width="20" height="16" fill="#d8c6a9"/><path d="M19 57 L32 46 L45 57Z" fill="#9a4a3a"/>`;
const WAVES = `<rect width="120" height="90" fill="#16305c"/>${Array.from(
  { length: 9 },
  (_, n) =>
    `<path d="M0 ${8 + n * 10} Q 20 ${n * 10 - 6} 40 ${8 + n * 10} T 80 ${8 + n * 10} T 120 ${8 + n * 10}" stroke="${n % 2 ? "#f2c14e" : "#5f9bd1"}" stroke-width="4" fill="none"/>`,
).join("")}`;

export const draw = (width = 128, height = 96, body = LANDSCAPE): Sharp => sharp(svg(body, width, height)).flatten();

export const landscape = async (name = "house.png", width = 128, height = 96): Promise<Picture> => ({
  name,
  bytes: await draw(width, height).png().toBuffer(),
  contentType: "image/png",
});

export const waves = async (name = "waves.jpg", width = 128, height = 96): Promise<Picture> => ({
  name,
  bytes: await draw(width, height, WAVES).jpeg().toBuffer(),
  contentType: "image/jpeg",
});
