/** A throw-away process that tries one device: should the driver crash or hang, only this process does. */
import { messageOf } from "../errors.ts";
import { chooseForms } from "../onnx/device-forms.ts";
import { tryDevice } from "../onnx/device-trials.ts";
import type { ExecutionDevice } from "../onnx/index.ts";

process.on("disconnect", () => process.exit(0));
const tell = ({ operator, shape }: { operator: string; shape: string }): void => {
  process.send?.({ trial: `${operator}, ${shape}` });
};
const fault = await chooseForms(process.argv[2] as ExecutionDevice, "auto", "pictures", (device) =>
  tryDevice(device, { onResult: tell }),
).then(() => null, messageOf);
process.send?.({ fault }, () => process.exit(0));
