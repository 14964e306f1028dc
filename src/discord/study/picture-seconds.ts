/** How long a picture takes here, by those that were painted lately. */
import type { Store } from "../../store/store.ts";

const LOOKED_AT = 50;

/** The middle of them, seconds; `null` where there is none. @param size long side, pixels */
export async function secondsOfPictures({ jobs }: Pick<Store, "jobs">, size: number): Promise<number | null> {
  const lately = (await jobs.finished(LOOKED_AT)).flatMap(({ request, result }) =>
    result && request.size === size && request.speed !== "draft" ? result.seconds.total : [],
  );
  return lately.toSorted((a, b) => a - b)[Math.floor(lately.length / 2)] ?? null;
}
