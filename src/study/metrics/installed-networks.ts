/** Networks whose weights are installed, to measure with; of the others, why not. */
import { stat } from "node:fs/promises";
import path from "node:path";

import { EngineError } from "../../errors.ts";
import type { MetricWeights } from "../../metric-weights.ts";
import type { TensorSource } from "../../onnx/files/tensor-source.ts";
import { readWeights, weightsFileIn } from "../../onnx/files/weights-file.ts";
import type { SessionPool } from "../../onnx/session-pool.ts";
import type { SAFETY_CHECKER } from "../../safety-setting.ts";
import { MeasuringNetwork } from "./measuring-network.ts";

/** A network in its folder. */
export interface Installed {
  readonly network: MeasuringNetwork;
  readonly folder: string;
  /** Names it and the file of its weights as it is now: values that were kept hold for these. */
  readonly id: string;
}

export class InstalledNetworks {
  readonly #modelsDir: string;
  readonly sessions: SessionPool;

  constructor(modelsDir: string, sessions: SessionPool) {
    this.#modelsDir = modelsDir;
    this.sessions = sessions;
  }

  /**
   * @param translate to the names that the network asks for
   * @returns what it is, or in words why it is not there
   */
  async find(
    name: MetricWeights | typeof SAFETY_CHECKER,
    translate: (source: TensorSource) => TensorSource = (source) => source,
  ): Promise<Installed | string> {
    const folder = path.join(this.#modelsDir, name);
    const file = await weightsFileIn(folder);
    if (file === null) return `its weights are not installed: atelier models install ${name}`;
    try {
      const { size, mtimeMs } = await stat(file);
      const network = new MeasuringNetwork(name, translate(await readWeights(file)), this.sessions);
      return { network, folder, id: `${name} ${size} ${Math.round(mtimeMs)}` };
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      return error.message;
    }
  }
}
