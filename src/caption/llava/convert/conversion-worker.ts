/** A thread of the conversion: carries out steps as they come. */
import { parentPort } from "node:worker_threads";

import { messageOf } from "../../../errors.ts";
import type { Step } from "./conversion-plan.ts";
import { runStep } from "./run-step.ts";

export interface Order {
  readonly index: number;
  readonly step: Step;
  readonly target: string;
}

export type Answer = { readonly index: number; readonly error?: { readonly message: string; readonly code?: string } };

export function serve(): void {
  const port = parentPort!;
  port.on("message", ({ index, step, target }: Order) => {
    try {
      runStep(step, target);
      port.postMessage({ index } satisfies Answer);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code;
      port.postMessage({ index, error: { message: messageOf(error), ...(code && { code }) } } satisfies Answer);
    }
  });
}
