/** The catalogue: pinned by commits, checked by hashes. */
import { expect, it } from "vitest";

import { CATALOGUE } from "../../src/checkpoints/catalogue.ts";
import { isCommit } from "../../src/checkpoints/commit.ts";

it("names commits, so that what was looked at is what is installed", () => {
  // A hash says as much. Of the one that is left the full commit is not known; the hub's own hash holds.
  const following = CATALOGUE.filter(
    ({ sources }) =>
      !sources.every(({ revision, files }) => isCommit(revision) || files.every(({ sha256 }) => sha256 !== undefined)),
  );
  expect(following.map(({ name }) => name)).toEqual(["lpips-alex"]);
  const hashes = CATALOGUE.flatMap(({ sources }) => sources.flatMap(({ files }) => files.map(({ sha256 }) => sha256)));
  const given = hashes.filter((hash) => hash !== undefined);
  expect(given.every((hash) => /^[0-9a-f]{64}$/.test(hash))).toBe(true);
  expect(given.length).toBeGreaterThan(8);
  expect(new Set(CATALOGUE.map(({ name }) => name)).size).toBe(CATALOGUE.length);
});
