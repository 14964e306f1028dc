/** The catalogue: pinned by commits, checked by hashes. */
import { expect, it } from "vitest";

import { CATALOGUE } from "../../src/checkpoints/catalogue.ts";
import { isCommit } from "../../src/checkpoints/commit.ts";

it("names commits, so that what was looked at is what is installed", () => {
  const following = CATALOGUE.filter(({ sources }) => !sources.every(({ revision }) => isCommit(revision)));
  expect(following.map(({ name }) => name)).toEqual([]);
  const hashes = CATALOGUE.flatMap(({ sources }) => sources.flatMap(({ files }) => files.map(({ sha256 }) => sha256)));
  const given = hashes.filter((hash) => hash !== undefined);
  expect(given.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
  expect(given.length).toBeGreaterThan(8);
  expect(new Set(CATALOGUE.map(({ name }) => name)).size).toBe(CATALOGUE.length);
});
