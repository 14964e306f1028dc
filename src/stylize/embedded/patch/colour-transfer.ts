/** The content in the colours of the style: half linear map, half full transport, smoothed along the content's edges. */
import { fitLongSide, mapPlanes, resizePlanar, type PlanarImage } from "../../../images/plane.ts";
import type { KernelPool } from "../kernels/worker-pool.ts";
import { createGuide, guidedFilter } from "./guided-filter.ts";
import { matchMoments, type ColourMoments } from "./monge-kantorovich.ts";
import { allocatePicture, readPicture, writePicture } from "./picture.ts";
import { transportColours, type ColourQuantiles } from "./sliced-transport.ts";

/** The map is found at this long side: displacements are smooth, so nothing is lost. */
const WORKING_SIZE = 256;

/** Share of the full transport; alone it tears smooth surfaces apart (half a face blue, half grey). */
const TRANSPORT_SHARE = 0.5;

export function transferColours(
  pool: KernelPool,
  content: PlanarImage,
  style: { readonly moments: ColourMoments; readonly quantiles: ColourQuantiles },
): PlanarImage {
  const longSide = Math.max(content.width, content.height);
  const small = longSide > WORKING_SIZE ? resizePlanar(content, fitLongSide(content, WORKING_SIZE)) : content;
  const linear = matchMoments(small, style.moments);
  const transported = pool.scoped(() => {
    const picture = allocatePicture(pool, small.width, small.height);
    writePicture(picture, linear);
    transportColours(pool, picture, style.quantiles, { rounds: 12, sampleLimit: 20_000 });
    return readPicture(picture);
  });
  const sigma = Math.max(1, small.width / 96);
  const guide = createGuide(small.planes[0], small, content.planes[0], content, sigma, 1e-3);
  return mapPlanes(content, (plane, channel) => {
    const from = small.planes[channel]!;
    const moments = linear.planes[channel]!;
    const full = transported.planes[channel]!;
    const displacement = from.map((value, i) => moments[i]! + TRANSPORT_SHARE * (full[i]! - moments[i]!) - value);
    const smooth = guidedFilter(guide, displacement);
    return plane.map((value, i) => value + smooth[i]!);
  });
}
