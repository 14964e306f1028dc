/** A process that opens every network on a device and lets onnxruntime say, on standard error, where each node went. */
import { writeSync } from "node:fs";

import { InferenceSession } from "onnxruntime-node";

import { messageOf } from "../../../src/errors.ts";
import type { DeviceForms } from "../../../src/onnx/device-forms.ts";
import type { ExecutionDevice } from "../../../src/onnx/index.ts";
import { openings } from "./openings.ts";

const order = JSON.parse(process.argv[2]!) as {
  device: ExecutionDevice;
  forms: DeviceForms[];
  folders: Parameters<typeof openings>[2];
};

/** Written past everything that buffers, into the stream that onnxruntime's log goes to. */
const mark = (sign: string, what: object): unknown => writeSync(2, `\n@@${sign} ${JSON.stringify(what)}\n`);

/** Thrown in place of a session, whose run is not wanted here. */
class Opened extends Error {}

const create = InferenceSession.create.bind(InferenceSession) as (...given: unknown[]) => Promise<InferenceSession>;
Object.assign(InferenceSession, {
  create: async (model: unknown, options: InferenceSession.SessionOptions): Promise<never> => {
    const talkative = { ...options, logSeverityLevel: 0 as const, logVerbosityLevel: 0 };
    const opening = (fallback: boolean): Promise<InferenceSession> => {
      const session = { ...(options.extra?.["session"] as object), disable_cpu_ep_fallback: fallback ? "0" : "1" };
      return create(model, { ...talkative, extra: { ...options.extra, session } });
    };
    const session = await opening(false).catch(async (error: unknown) => {
      // For the table of what was left to the processor.
      await (await opening(true)).release();
      throw error;
    });
    await session.release();
    throw new Opened();
  },
});

for (const forms of order.forms)
  for (const { name, open, single = false } of await openings(order.device, forms, order.folders)) {
    if (single && forms.dtype !== "float32") continue;
    mark("BEGIN", { name, forms });
    const fault = await open().then(
      () => "nothing was opened",
      (error: unknown) => (causes(error).some((cause) => cause instanceof Opened) ? null : messageOf(error)),
    );
    mark("END", { fault });
  }
process.exit(0);

function causes(error: unknown): unknown[] {
  return error instanceof Error ? [error, ...causes(error.cause)] : [error];
}
