/** A throw-away process that tries one device: should the driver crash or hang, only this process does. */
import { messageOf } from "../errors.ts";
import { formsOf } from "../onnx/device-forms.ts";
import { tryDevice } from "../onnx/device-trials.ts";
import type { ExecutionDevice } from "../onnx/index.ts";
import { keptTrials } from "../onnx/kept-trials.ts";

process.on("disconnect", () => process.exit(0));
const [device, folder] = process.argv.slice(2) as [ExecutionDevice, string | undefined];
const attempt = folder === undefined ? tryDevice : keptTrials(folder);
const fault = await attempt(device)
  .then((results) => formsOf(device, results, "auto"))
  .then(() => null, messageOf);
process.send?.({ fault }, () => process.exit(0));
