import { expect, it } from "vitest";

import { EngineError } from "../../../src/errors.ts";
import { failureWords, interruptedWords } from "../../../src/jobs/running/failure.ts";

const fault = (message: string, retryable = false): string => failureWords(new EngineError(message, { retryable }));

it("what everybody reads of a failure names files, and not where on this machine they lie", () => {
  expect(fault("/srv/bot/checkpoints/unet.safetensors: (header): has 3 bytes")).toBe(
    "unet.safetensors: (header): has 3 bytes",
  );
  expect(fault("ENOENT: no such file or directory, open '/var/lib/atelier/work/01J/result.png'")).toBe(
    "ENOENT: no such file or directory, open 'result.png'",
  );
  expect(fault(String.raw`cannot read C:\Users\ada\data\one.png, sorry`)).toBe("cannot read one.png, sorry");
  expect(fault("see file:///srv/bot/src/main.ts:3", true)).toContain("(see main.ts:3)");
  expect(interruptedWords("the engine ended: /usr/lib/libcudart.so.12 is missing")).toContain(
    "(the engine ended: libcudart.so.12 is missing)",
  );
  for (const words of ["took 3/4 of 1 MB/s", "see https://example.org/a/b", "and/or, w/o"])
    expect(fault(words)).toBe(words);
});
