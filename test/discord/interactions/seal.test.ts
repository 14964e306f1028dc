import { expect, it } from "vitest";

import { createSeal } from "../../../src/discord/interactions/seal.ts";

it("opens what was sealed with the same secret, and nothing that was altered or sealed with another", () => {
  const { seal, open } = createSeal("one token");
  const sealed = seal("aW50ZXJhY3Rpb24");
  expect(open(sealed)).toBe("aW50ZXJhY3Rpb24");
  expect(sealed).not.toContain("aW50ZXJhY3Rpb24");
  expect(seal("aW50ZXJhY3Rpb24")).not.toBe(sealed);
  expect(createSeal("another token").open(sealed)).toBeNull();
  expect(open(`${sealed.slice(0, -3)}AAA`)).toBeNull();
  expect(open("")).toBeNull();
});
