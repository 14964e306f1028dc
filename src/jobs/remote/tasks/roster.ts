/** What the workers that are there can do, as a bot last saw it. */
import type { Capability } from "../../../capabilities.ts";
import { UserError } from "../../../errors.ts";
import type { EngineInfo } from "../../engine.ts";
import type { WorkerReport, WorkerRepository } from "../../fleet.ts";
import { learningNeedsDiffusion } from "../../style.ts";
import { able } from "../fitness.ts";

export class Roster {
  readonly #workers: Pick<WorkerRepository, "present">;
  #present: readonly WorkerReport[] = [];
  #info: EngineInfo | null = null;

  constructor(workers: Pick<WorkerRepository, "present">) {
    this.#workers = workers;
  }

  /** What painters and captioners are together, a diffusion engine before others; as it was last, while nobody is there. */
  get info(): EngineInfo | null {
    return this.#info;
  }

  /** @throws what keeps the database from being read; what was known then stays */
  async look(): Promise<void> {
    this.#present = await this.#workers.present();
    const of = (capability: Capability): EngineInfo[] => able(this.#present, capability).map(({ info }) => info);
    const painters = of("paint");
    const painter = painters.find(({ stylizer }) => stylizer === "diffusion") ?? painters[0];
    const captioner = of("caption")[0] ?? painter;
    const any = painter ?? captioner ?? this.#present[0]?.info;
    if (!any) return;
    const { describer, describerLabel, styleNetwork, safetyChecker } = captioner ?? any;
    const { largestSide: _, blends: __, ...rest } = any;
    const sides = painters.map(({ largestSide = 0 }) => largestSide);
    // Of those that know no HD none may get it: they would paint something else.
    const hd = sides.length > 0 && !sides.includes(0) ? { largestSide: Math.max(...sides) } : {};
    // Where nobody paints just now, whoever is there says what its version knows.
    const blends = (painters.length > 0 ? painters : [any]).every((each) => each.blends === true);
    this.#info = { ...rest, ...hd, blends, describer, describerLabel, styleNetwork, safetyChecker };
  }

  /** Why nobody can do it; `null`: somebody can. */
  refusal(capability: Capability): UserError | null {
    const workers = able(this.#present, capability);
    if (workers.length === 0) return new UserError("no-machine", { sentence: `error.no-machine.${capability}` });
    const isFit = capability !== "learn" || workers.some(({ info }) => info.stylizer === "diffusion");
    return isFit ? null : learningNeedsDiffusion();
  }
}
