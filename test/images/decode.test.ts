import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";

import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { UserError } from "../../src/errors.ts";
import { decodePicture, type DecodeLimits } from "../../src/images/decode.ts";
import type { RgbImage } from "../../src/images/rgb-image.ts";
import {
  animate,
  isoMedia,
  jpegOfBits,
  oddTiff,
  open,
  pngThatClaims,
  quarterOf,
  quarters,
  tiffOfFiveChannels,
} from "./pictures.ts";

const picture = quarters(96, 64);

async function refusalOf(source: Uint8Array | string, limits?: Partial<DecodeLimits>): Promise<UserError> {
  const error = await decodePicture(source, "style", limits).then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}

/** All four quarters have their colours, within what a lossy codec or a colour profile may change. */
function expectQuarters(image: RgbImage, tolerance: number): void {
  const expected = [
    [0, 0, [200, 0, 0]],
    [1, 0, [0, 160, 0]],
    [0, 1, [0, 0, 220]],
    [1, 1, [255, 255, 255]],
  ] as const;
  for (const [right, lower, colour] of expected) {
    const found = quarterOf(image, right, lower);
    const difference = Math.max(...found.map((value, c) => Math.abs(value - colour[c]!)));
    expect(difference, `quarter ${right},${lower} is ${found.join(" ")}`).toBeLessThanOrEqual(tolerance);
  }
}

describe("pictures that are taken", () => {
  const lossless: [string, () => Promise<Buffer>][] = [
    ["PNG", () => open(picture).png().toBuffer()],
    ["PNG of 16 bits", () => open(picture).toColourspace("rgb16").png().toBuffer()],
    ["PNG with a palette", () => open(picture).png({ palette: true, colours: 8 }).toBuffer()],
    ["WebP", () => open(picture).webp({ lossless: true }).toBuffer()],
    ["GIF", () => open(picture).gif().toBuffer()],
    ["TIFF", () => open(picture).tiff({ compression: "lzw" }).toBuffer()],
    ["TIFF of 16 bits", () => open(picture).toColourspace("rgb16").tiff({ compression: "none" }).toBuffer()],
  ];
  it.each(lossless)("%s", async (_name, make) => {
    const decoded = await decodePicture(await make(), "content");
    expect(decoded.image).toMatchObject({ width: 96, height: 64 });
    expect(decoded.image.data).toHaveLength(96 * 64 * 3);
    expectQuarters(decoded.image, 2);
    expect(decoded.notes).toEqual([]);
  });

  const lossy: [string, () => Promise<Buffer>][] = [
    ["JPEG", () => open(picture).jpeg().toBuffer()],
    ["progressive JPEG", () => open(picture).jpeg({ progressive: true }).toBuffer()],
    ["AVIF", () => open(picture).avif({ effort: 0 }).toBuffer()],
  ];
  it.each(lossy)("%s", async (_name, make) => {
    const decoded = await decodePicture(await make(), "content");
    expect(decoded.notes).toEqual([]);
    expectQuarters(decoded.image, 12);
  });

  it("CMYK becomes RGB", async () => {
    const bytes = await open(picture).toColourspace("cmyk").jpeg({ quality: 95 }).toBuffer();
    expect((await sharp(bytes).metadata()).space).toBe("cmyk");
    const { image } = await decodePicture(bytes, "content");
    expect(image.data).toHaveLength(96 * 64 * 3);
    expectQuarters(image, 90);
  });

  it("grey, with and without transparency, becomes three equal channels", async () => {
    for (const bytes of [
      await open(picture).greyscale().toColourspace("b-w").png().toBuffer(),
      await open(picture).greyscale().toColourspace("b-w").ensureAlpha(0.5).png().toBuffer(),
      await open(picture).greyscale().toColourspace("grey16").png().toBuffer(),
    ]) {
      const { image } = await decodePicture(bytes, "content");
      const [red, green, blue] = quarterOf(image, 0, 0);
      expect(red).toBe(green);
      expect(green).toBe(blue);
      expect(quarterOf(image, 1, 1)).toEqual([255, 255, 255]);
    }
  });

  it("a colour profile is converted to sRGB", async () => {
    const bytes = await open(picture).withIccProfile("p3").png().toBuffer();
    const raw = await sharp(bytes, { ignoreIcc: true }).raw().toBuffer();
    expect(raw[3 * (16 * 96 + 24) + 1], "the file itself holds other numbers").toBeGreaterThan(20);
    expectQuarters((await decodePicture(bytes, "content")).image, 4);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])("EXIF orientation %i stands upright", async (orientation) => {
    const bytes = await open(await asStored(orientation))
      .png()
      .withMetadata({ orientation })
      .toBuffer();
    const decoded = await decodePicture(bytes, "content");
    expect(decoded).toMatchObject({ originalWidth: 96, originalHeight: 64 });
    expectQuarters(decoded.image, 0);
  });

  it("a style's transparency is laid on white and said, a content's comes beside it", async () => {
    const bytes = await open(picture).ensureAlpha(0.5).png().toBuffer();
    const style = await decodePicture(bytes, "style");
    expect(style).toMatchObject({ notes: ["transparent parts are filled with white"], layers: null });
    const content = await decodePicture(bytes, "content");
    expect(content.notes).toEqual([]);
    expect(new Set(content.layers!.alpha.data)).toEqual(new Set([127]));
    for (const { image } of [style, content]) expect(quarterOf(image, 0, 0)).toEqual([228, 128, 128]);
  });

  it("nothing but transparency is no content", async () => {
    const bytes = await open(picture).ensureAlpha(0).png().toBuffer();
    await expect(decodePicture(bytes, "content")).rejects.toMatchObject({ identifier: "picture-invisible" });
    await expect(decodePicture(bytes, "style")).resolves.toMatchObject({ layers: null });
  });

  it("a TIFF of five channels keeps its colours", async () => {
    const bytes = tiffOfFiveChannels(picture);
    expect((await sharp(bytes).metadata()).channels).toBe(5);
    expectQuarters((await decodePicture(bytes, "content")).image, 2);
  });

  it("an opaque alpha channel is no transparency", async () => {
    const decoded = await decodePicture(await open(picture).ensureAlpha(1).png().toBuffer(), "content");
    expect(decoded.notes).toEqual([]);
    expectQuarters(decoded.image, 0);
  });

  it.each(["gif", "webp"] as const)("the first frame of a moving %s is used and said", async (format) => {
    const other = { ...picture, data: picture.data.map((value) => 255 - value) };
    const frames = Buffer.concat([picture.data, other.data]);
    const raw = { width: 96, height: 128, channels: 3, pageHeight: 64 } as const;
    const bytes = await sharp(frames, { raw }).toFormat(format, { lossless: true }).toBuffer();
    const decoded = await decodePicture(bytes, "content");
    expect(decoded.image).toMatchObject({ width: 96, height: 64 });
    expect(decoded.notes).toEqual(["only the first frame of the animation is used"]);
    expectQuarters(decoded.image, 2);
  });

  it("the first frame of an animated PNG is used and said", async () => {
    const decoded = await decodePicture(animate(await open(picture).png().toBuffer(), 96, 64), "content");
    expect(decoded.notes).toEqual(["only the first frame of the animation is used"]);
    expectQuarters(decoded.image, 0);
  });

  it("the first frame of an animated AVIF is used and said", async () => {
    const bytes = await open(picture).avif({ effort: 0 }).toBuffer();
    // As encoders of animations begin it.
    bytes.write("avis", 8, "latin1");
    const decoded = await decodePicture(bytes, "content");
    expect(decoded.notes).toEqual(["only the first frame of the animation is used"]);
    expectQuarters(decoded.image, 12);
  });

  it("a large picture is shrunk while it is loaded, and its size kept", async () => {
    const bytes = await open(quarters(3000, 1500)).jpeg().toBuffer();
    const decoded = await decodePicture(bytes, "content");
    expect(decoded.image).toMatchObject({ width: 2048, height: 1024 });
    expect(decoded).toMatchObject({ format: "jpeg", originalWidth: 3000, originalHeight: 1500 });
    expectQuarters(decoded.image, 12);
  });

  it("the format is told by content, whatever the bytes are a view of", async () => {
    const png = await open(picture).png().toBuffer();
    const shifted = new Uint8Array(png.length + 3);
    shifted.set(png, 3);
    expect((await decodePicture(shifted.subarray(3), "content")).format).toBe("png");
  });

  it("the same upload gives the same pixels", async () => {
    const bytes = await open(quarters(2500, 1000)).jpeg().toBuffer();
    const [first, second] = await Promise.all([decodePicture(bytes, "content"), decodePicture(bytes, "content")]);
    expect(Buffer.compare(first.image.data, second.image.data)).toBe(0);
  });
});

describe("pictures that are refused", () => {
  const files: [string, string, RegExp, Uint8Array][] = [
    ["nothing at all", "picture-empty", /empty file/, new Uint8Array()],
    ["text", "picture-not-an-image", /not a picture.*JPEG, PNG/, Buffer.from("hello, I am a picture")],
    ["random bytes", "picture-not-an-image", /not a picture/, Buffer.alloc(500, 0x5a)],
    ["one byte", "picture-not-an-image", /not a picture/, Buffer.from([0xff])],
    ["a HEIC photo", "picture-heic", /HEIC.*export it as JPEG or PNG/, isoMedia("heic", "mif1", "heic")],
    ["a HEIC photo under a general brand", "picture-heic", /HEIC/, isoMedia("mif1", "heic")],
    ["an MP4 video", "picture-video", /video/, isoMedia("isom", "mp42")],
    ["a WebM video", "picture-video", /video/, Buffer.from("\x1a\x45\xdf\xa3 webm", "latin1")],
    ["a PDF", "picture-pdf", /PDF/, Buffer.from("%PDF-1.7\n%âãÏÓ\n1 0 obj")],
    ["a JPEG XL", "picture-other-picture", /format I cannot read.*export/, Buffer.from("\xff\x0a\0\0", "latin1")],
    ["a bitmap", "picture-other-picture", /format I cannot read/, Buffer.from("BM\0\0\0\0", "latin1")],
    ["a web page", "picture-html", /web page/, Buffer.from("\n<!DOCTYPE html><html><svg></svg></html>")],
    ["a web page with a byte order mark", "picture-html", /web page/, Buffer.from("\ufeff<html><body>404</body>")],
    ["an SVG", "picture-svg", /SVG/, Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    [
      "an SVG with a prologue",
      "picture-svg",
      /SVG/,
      Buffer.from('<?xml version="1.0"?>\n<!-- x -->\n<svg width="9"/>'),
    ],
    ["a JPEG that is only a header", "picture-damaged", /damaged/, Buffer.from("\xff\xd8\xff\xe0\0\x10JFIF", "latin1")],
    ["a PNG that is only a header", "picture-damaged", /damaged/, Buffer.from("\x89PNG\r\n\x1a\n", "latin1")],
    ["an AVIF that is only a header", "picture-damaged", /damaged/, isoMedia("avif", "mif1")],
    ["a decompression bomb", "picture-too-many-pixels", /50000 × 50000 pixels.*50 mega/, pngThatClaims(50_000, 50_000)],
    ["a PNG without its pixels", "picture-damaged", /damaged/, pngThatClaims(512, 512)],
  ];
  it.each(files)("%s", async (_name, identifier, words, bytes) => {
    const error = await refusalOf(bytes);
    expect(error.identifier).toBe(identifier);
    expect(error.message).toMatch(/^The style picture /);
    expect(error.message).toMatch(words);
  });

  it.each([
    ["a JPEG with 12 bits for each colour", async () => jpegOfBits(await open(picture).jpeg().toBuffer(), 12)],
    ["a TIFF in Lab colours", () => oddTiff({ 262: 8 })],
    ["a TIFF in Lab colours", () => oddTiff({ 262: 9 })],
    ["a TIFF compressed with LZMA", () => oddTiff({ 259: 34_925 })],
    ["a TIFF compressed with JPEG 2000", () => oddTiff({ 259: 34_712 })],
    ["a TIFF in tiles with separate colours", () => oddTiff({ 284: 2, 322: 64, 323: 64, 324: 8, 325: 64 * 64 })],
    ["an animated AVIF without a still picture", () => isoMedia("avis", "msf1", "avif")],
  ])("%s, by what it is", async (what, make) => {
    const error = await refusalOf(await make());
    expect(error.identifier).toBe("picture-peculiar");
    expect(error.message).toBe(
      `The style picture is ${what}, which I cannot read. Please export it as JPEG or PNG and send that.`,
    );
  });

  it.each(["jpeg", "png", "webp", "gif", "tiff", "avif"] as const)("a truncated %s", async (format) => {
    const noise = { ...picture, data: picture.data.map((value, i) => (value + ((i * 7919) % 61)) % 256) };
    const whole = await open(noise).toFormat(format).toBuffer();
    const error = await refusalOf(whole.subarray(0, Math.floor(whole.length * 0.6)));
    expect(error.identifier).toBe("picture-damaged");
  });

  it("a bomb costs neither time nor memory", async () => {
    const before = process.memoryUsage.rss();
    const start = performance.now();
    await refusalOf(pngThatClaims(50_000, 50_000));
    expect(performance.now() - start).toBeLessThan(1000);
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });

  it("too small, and says how large it must be", async () => {
    const error = await refusalOf(await open(quarters(16, 16)).png().toBuffer());
    expect(error.identifier).toBe("picture-too-small");
    expect(error.message).toContain("16 × 16 pixels. It takes at least 32");
  });

  it("too long", async () => {
    const error = await refusalOf(await open(quarters(4000, 50)).png().toBuffer());
    expect(error.identifier).toBe("picture-too-long");
    expect(error.message).toMatch(/4000 × 50 pixels.*crop.*8 times/);
  });

  it("too heavy, in bytes and on disk, before it is read", async () => {
    const png = await open(picture).png().toBuffer();
    const error = await refusalOf(png, { maxBytes: 100 });
    expect(error.identifier).toBe("picture-too-heavy");
    expect((await refusalOf(Buffer.alloc(3 * 1024 * 1024), { maxBytes: 1024 * 1024 })).message).toBe(
      "The style picture is too large: 3 MB. I take up to 1 MB.",
    );
  });

  describe("as a file", () => {
    let folder = "";
    beforeAll(async () => {
      folder = await mkdtemp(path.join(tmpdir(), "atelier-decode-"));
    });
    afterAll(() => rm(folder, { recursive: true }));

    it("reads a path", async () => {
      const file = path.join(folder, "really-a-png.jpg");
      await writeFile(file, await open(picture).png().toBuffer());
      expect((await decodePicture(file, "content")).format).toBe("png");
      expect((await refusalOf(file, { maxBytes: 10 })).identifier).toBe("picture-too-heavy");
    });

    it("names a file that is not there, and one that is a folder", async () => {
      const missing = await refusalOf(path.join(folder, "nothing.png"));
      expect(missing.identifier).toBe("picture-missing");
      expect(missing.message).toContain("nothing.png");
      expect((await refusalOf(folder)).identifier).toBe("picture-unreadable");
    });
  });
});

/** The pixels that a file with this EXIF orientation holds so that `picture` stands upright. */
async function asStored(orientation: number): Promise<RgbImage> {
  const inverse = orientation === 6 ? 8 : orientation === 8 ? 6 : orientation;
  const turned = await open(picture).png().withMetadata({ orientation: inverse }).toBuffer();
  const { data, info } = await sharp(turned).autoOrient().raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, data };
}
