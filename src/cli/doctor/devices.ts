/** Every device that this platform's onnxruntime could use, each one tried in a process of its own. */
import type { Config } from "../../config.ts";
import { PLATFORM_DEVICES, probeDevice } from "../../engine/index.ts";
import type { ExecutionDevice } from "../../onnx/devices.ts";
import { fault, note, ok, type Finding } from "./finding.ts";

/**
 * @param probe why a device cannot be used, `null` when it can
 */
export async function examineDevices(
  config: Pick<Config, "DEVICE">,
  probe: (device: ExecutionDevice) => Promise<string | null> = probeDevice,
): Promise<Finding[]> {
  const wanted = config.DEVICE === "auto" ? [] : [config.DEVICE];
  const devices = new Set<ExecutionDevice>(["cpu", ...(PLATFORM_DEVICES[process.platform] ?? []), ...wanted]);
  const findings: Finding[] = [];
  for (const device of devices) {
    const reason = await probe(device);
    if (reason === null) findings.push(ok(`${device} computes, and computes right`));
    else if (device === "cpu") {
      findings.push(fault(`cpu: ${reason}`, "onnxruntime-node does not work here: run npm ci again."));
    } else if (device === config.DEVICE) {
      findings.push(fault(`${device}: ${reason}`, `DEVICE=${device} asks for it. Set DEVICE=auto to do without.`));
    } else findings.push(note(`${device}: ${reason}`));
  }
  return findings;
}
