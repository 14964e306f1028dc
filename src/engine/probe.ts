/** A throw-away process that tries one device: should the driver crash or hang, only this process does. */
import { messageOf } from "../errors.ts";
import { probeDevice } from "../onnx/device-probe.ts";
import type { ExecutionDevice } from "../onnx/index.ts";
import { testDevice } from "./self-test.ts";

const device = process.argv[2] as ExecutionDevice;

process.on("disconnect", () => process.exit(0));
const fault = await testDevice(device)
  .then(() => probeDevice(device, "auto"))
  .then(() => null, messageOf);
process.send?.({ fault }, () => process.exit(0));
