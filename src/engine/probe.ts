/** A throw-away process that tries one device: should the driver crash or hang, only this process does. */
import { messageOf } from "../errors.ts";
import { formsOf } from "../onnx/device-forms.ts";
import { runTrial, tryDevice } from "../onnx/device-trials.ts";
import type { ExecutionDevice } from "../onnx/index.ts";
import { keptTrials } from "../onnx/kept-trials.ts";
import { TRIAL_NETWORKS } from "../onnx/trial-networks.ts";

process.on("disconnect", () => process.exit(0));
const [device, folder] = process.argv.slice(2) as [ExecutionDevice, string | undefined];
const tell = ({ operator, shape }: { operator: string; shape: string }): void => {
  process.send?.({ trial: `${operator}, ${shape}` });
};
const trying = (name: ExecutionDevice) => tryDevice(name, { onResult: tell });
const attempt = folder === undefined ? trying : keptTrials(folder, { attempt: trying });
const fault = await attempt(device)
  .then((results) => formsOf(device, results, "auto"))
  // What is remembered says nothing of whether it is there today.
  .then(() => runTrial(device, TRIAL_NETWORKS[0]!, "plain", "float32"))
  .then(() => null, messageOf);
process.send?.({ fault }, () => process.exit(0));
