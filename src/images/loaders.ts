/** What libvips may open in a process that is given other people's files. */
import sharp from "sharp";

/** Names of libvips: one for each format that is accepted, from memory alone. */
const LOADERS = ["Jpeg", "Png", "Webp", "Nsgif", "Heif", "Tiff"].map((name) => `VipsForeignLoad${name}Buffer`);

/**
 * Shuts every other loader of libvips (SVG, PDF, its own format, files and streams of any kind) and turns its caches off.
 * For the whole process, and for good.
 */
export function shutOtherLoaders(): void {
  sharp.block({ operation: ["VipsForeignLoad"] });
  sharp.unblock({ operation: LOADERS });
  sharp.cache(false);
  sharp.concurrency(1);
}
