/** Where StyleShot's tiny files lie in a pipeline's folder. */
import type { AdapterPlace } from "../../../src/image-adapter-folder.ts";

export const plainStyleShot = (folder: string): AdapterPlace => ({
  file: `${folder}/styleshot/ip.bin`,
  tower: `${folder}/styleshot/image_encoder`,
});

/** With the detector of contours. */
export const contouredStyleShot = (folder: string): AdapterPlace => ({
  ...plainStyleShot(folder),
  contours: `${folder}/styleshot/ControlNetHED.pth`,
});
