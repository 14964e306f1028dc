/** Whether a content picture that is voted on shows a face: found out once, where the variant did not depend on it. */
import { CancelledError } from "../../errors.ts";
import type { PictureRef } from "../../jobs/job.ts";
import type { Tasks } from "../../jobs/tasks.ts";
import type { Logger } from "../../log.ts";
import type { Store } from "../../store/store.ts";

export async function categorise(
  picture: PictureRef,
  { pictures }: Pick<Store, "pictures">,
  tasks: Pick<Tasks, "findFaces">,
  log: Logger,
): Promise<void> {
  if (await pictures.faceVerdict(picture.sha256)) return;
  try {
    const report = await tasks.findFaces(picture);
    await pictures.saveFaceVerdict(picture.sha256, { ...report, source: "detector" });
  } catch (error) {
    if (!(error instanceof CancelledError)) log.warn({ err: error }, "faces could not be looked for");
  }
}
