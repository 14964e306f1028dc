/** What networks see in the pictures of styles: kept by picture and network, as long as a style has the picture. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { openDatabase } from "../../src/store/database.ts";
import { MIGRATIONS } from "../../src/store/migrations/index.ts";
import { DATABASE_FILE, type Store } from "../../src/store/store.ts";
import { onPostgres, openTestStore } from "./open-test-store.ts";

const BEFORE = MIGRATIONS.findIndex(({ name }) => name === "008-style-vectors");
const A = "a".repeat(64);
const B = "b".repeat(64);

let folder: string;
let store: Store;

/** Two styles of one picture and one of another, that nobody saw; where it is a file, in a database of the code before. */
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "atelier-vectors-"));
  if (!onPostgres) {
    const before = await openDatabase(path.join(folder, DATABASE_FILE), MIGRATIONS.slice(0, BEFORE));
    await insertStyles(before);
    await before.destroy();
  }
  store = await openTestStore(folder);
  if (onPostgres) await insertStyles(store.db);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

async function insertStyles(db: Store["db"]): Promise<void> {
  const sized = { width: 8, height: 8, face_prominent: null, faces: null, face_source: null };
  await db
    .insertInto("pictures")
    .values([A, B].map((sha256) => ({ sha256, ...sized })))
    .execute();
  const styles = [
    ["one", "1", A],
    ["same", "2", A],
    ["other", "1", B],
  ] as const;
  const rest = { owner_id: "7", picture: "{}", description: null, token_sha256: null, created_at: 0 };
  const rows = styles.map(([id, guild_id, picture_sha256]) => ({
    id,
    guild_id,
    name: id,
    folded: id,
    picture_sha256,
    ...rest,
  }));
  await db.insertInto("styles").values(rows).execute();
}

const kept = async (): Promise<string[]> =>
  (await store.db.selectFrom("style_vectors").select("picture_sha256").orderBy("picture_sha256").execute()).map(
    (row) => row.picture_sha256,
  );

it("pictures of an older database wait, each once, and come in pages", async () => {
  const { styleVectors } = store;
  expect(await styleVectors.unseen("net", "", 10)).toEqual([A, B]);
  expect(await styleVectors.unseen("net", "", 1)).toEqual([A]);
  expect(await styleVectors.unseen("net", A, 10)).toEqual([B]);
  expect(await styleVectors.inServer("1", "net")).toMatchObject([{ vector: null }, { vector: null }]);
});

it("a vector comes back as it was, for each style with the picture, and for its network alone", async () => {
  const { styleVectors } = store;
  const vector = Float32Array.of(0.1, -0.7, 1e-9);
  await styleVectors.save(A, "net", vector);
  await styleVectors.save(A, "net", Float32Array.of(9));
  await styleVectors.save(A, "next", [0.25]);
  expect(await styleVectors.unseen("net", "", 10)).toEqual([B]);
  expect(await styleVectors.inServer("2", "net")).toEqual([{ styleId: "same", pictureSha256: A, vector }]);
  expect(await styleVectors.inServer("1", "net")).toEqual([
    { styleId: "one", pictureSha256: A, vector },
    { styleId: "other", pictureSha256: B, vector: null },
  ]);
  expect(await styleVectors.inServer("2", "next")).toMatchObject([{ vector: Float32Array.of(0.25) }]);
});

it("a vector goes with the last style of its picture, and does not come after it", async () => {
  const { pictures, styles, styleVectors } = store;
  for (const sha256 of [A, B]) await styleVectors.save(sha256, "net", [1]);
  await styles.remove("one");
  expect(await kept()).toEqual([A, B]);
  await styles.remove("same");
  expect(await kept()).toEqual([B]);
  await styleVectors.save(A, "net", [1]);
  expect(await kept()).toEqual([B]);
  expect(await pictures.forget(B), "a style has it").toBe(false);
  expect(await pictures.forget(A)).toBe(true);
});
