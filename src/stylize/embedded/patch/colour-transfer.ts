/** The content in the colours of a palette: half linear map, half full transport, smoothed along the content's edges. */
import { fitLongSide, mapPlanes, resizePlanar, type PlanarImage } from "../../../images/plane.ts";
import type { KernelPool } from "../kernels/worker-pool.ts";
import { createGuide, guidedFilter } from "./guided-filter.ts";
import { matchMoments } from "./monge-kantorovich.ts";
import type { Palette } from "./palette.ts";
import { transported } from "./sliced-transport.ts";

/** The map is found at this long side: displacements are smooth, so nothing is lost. */
const WORKING_SIZE = 256;

/** Share of the full transport; alone it tears smooth surfaces apart (half a face blue, half grey). */
const TRANSPORT_SHARE = 0.5;

export function transferColours(pool: KernelPool, content: PlanarImage, palette: Palette): PlanarImage {
  const longSide = Math.max(content.width, content.height);
  const small = longSide > WORKING_SIZE ? resizePlanar(content, fitLongSide(content, WORKING_SIZE)) : content;
  const linear = matchMoments(small, palette.moments);
  const moved = transported(pool, linear, palette.quantiles, { rounds: 12, sampleLimit: 20_000 });
  const sigma = Math.max(1, small.width / 96);
  const guide = createGuide(small.planes[0], small, content.planes[0], content, sigma, 1e-3);
  return mapPlanes(content, (plane, channel) => {
    const from = small.planes[channel]!;
    const moments = linear.planes[channel]!;
    const full = moved.planes[channel]!;
    const displacement = from.map((value, i) => moments[i]! + TRANSPORT_SHARE * (full[i]! - moments[i]!) - value);
    const smooth = guidedFilter(guide, displacement);
    for (let i = 0; i < smooth.length; i++) smooth[i] = plane[i]! + smooth[i]!;
    return smooth;
  });
}
