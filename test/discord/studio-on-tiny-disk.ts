/** A studio whose data lie on a disk of their own that is soon full, where mounting one is permitted. */
import { afterAll, beforeAll } from "vitest";

import { diskFiller, useTinyDisk } from "../store/tiny-disk.ts";
import { openStudio, type Studio } from "./studio.ts";

/** Room for a small bot and some small pictures. */
const SIZE = "6m";

interface StudioOnTinyDisk extends ReturnType<typeof diskFiller> {
  readonly studio: Studio;
  /** Folder of the bot's data, and all that is on the disk. */
  readonly folder: string;
}

/** Opens one for the tests of the file, and closes it after them. @returns `null` where no disk may be mounted */
export function useStudioOnTinyDisk(): StudioOnTinyDisk | null {
  const folder = useTinyDisk(SIZE);
  if (folder === null) return null;
  const filler = diskFiller(folder);
  let studio: Studio;
  beforeAll(async () => {
    studio = await openStudio({ DATA_DIR: folder });
  });
  afterAll(async () => {
    filler.makeRoom();
    await studio.close();
  });
  return {
    ...filler,
    folder,
    get studio() {
      return studio;
    },
  };
}
