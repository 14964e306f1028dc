/** The library of styles: names with anything in them, tokens by picture, ten thousand of them. */
import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { STYLE_NAME_LENGTH, styleName, type Style } from "../../src/jobs/style.ts";
import type { Store } from "../../src/store/store.ts";
import { openTestStore } from "./open-test-store.ts";

const picture = (digit: string) => ({ sha256: digit.repeat(64), width: 8, height: 8, name: "x.png", notes: [] });
let numbered = 0;
const style = (name: string, changes: Partial<Style> = {}): Style => ({
  id: `s${++numbered}`,
  guildId: "1",
  name,
  ownerId: "7",
  picture: picture("a"),
  description: null,
  tokenSha256: null,
  createdAt: numbered,
  ...changes,
});

describe("styles", () => {
  let folder: string;
  let store: Store;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), "atelier-styles-"));
    store = await openTestStore(folder);
  });
  afterAll(async () => {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each(["Große Welle 🌊", "'; drop table styles; --", "100% _\\", "<@1> **bold**", "数寄", "constructor", "a:b:c"])(
    "keep the name %s, once for each server",
    async (name) => {
      const { styles } = store;
      expect(await styles.insert(style(styleName(name)))).toBe(true);
      expect(await styles.insert(style(styleName(name).toUpperCase()))).toBe(false);
      expect(await styles.insert(style(styleName(name), { guildId: "2" }))).toBe(true);
      const found = await styles.find("1", name.toLowerCase());
      expect(found).toMatchObject({ name: styleName(name), picture: picture("a") });
      expect((await styles.search("1", name.slice(0, 4), 25)).map((one) => one.name)).toContain(styleName(name));
    },
  );

  it("have names that can be seen", () => {
    expect(styleName("  two\n lines\u0000 ")).toBe("two lines");
    expect(styleName("x".repeat(STYLE_NAME_LENGTH))).toHaveLength(STYLE_NAME_LENGTH);
    for (const name of ["", "  ", "\u200B\u200D", "\u202E", "x".repeat(STYLE_NAME_LENGTH + 1)])
      expect(() => styleName(name)).toThrow(/1 to 80 visible characters/);
  });

  it("are renamed and removed once", async () => {
    const { styles } = store;
    const one = style("one");
    await styles.insert(one);
    await styles.insert(style("other"));
    expect(await styles.rename(one.id, "OTHER")).toBe(false);
    expect(await styles.rename(one.id, "One")).toBe(true);
    expect(await styles.remove(one.id)).toBe(true);
    expect(await styles.remove(one.id)).toBe(false);
    expect(await styles.rename(one.id, "new")).toBe(false);
    expect(await styles.setToken(one.id, "b".repeat(64))).toBe(false);
  });

  it("tell the newest token of a picture, in its own server", async () => {
    const { styles } = store;
    const own = style("learned", { picture: picture("c") });
    await styles.insert(own);
    expect(await styles.tokenFor("1", "c".repeat(64))).toBeNull();
    await styles.setToken(own.id, "d".repeat(64));
    await styles.insert(style("again", { picture: picture("c"), tokenSha256: "e".repeat(64) }));
    expect(await styles.tokenFor("1", "c".repeat(64))).toBe("e".repeat(64));
    expect(await styles.tokenFor("2", "c".repeat(64))).toBeNull();
  });

  it("are found among ten thousand in a moment", async () => {
    const { styles, db } = store;
    const rows = Array.from({ length: 10_000 }, (_, i) => ({
      id: `many${i}`,
      guild_id: "3",
      name: `Style ${i}`,
      folded: `style ${i}`,
      owner_id: "7",
      picture_sha256: "a".repeat(64),
      picture: JSON.stringify(picture("a")),
      description: null,
      token_sha256: null,
      created_at: i,
    }));
    for (let i = 0; i < rows.length; i += 1000)
      await db
        .insertInto("styles")
        .values(rows.slice(i, i + 1000))
        .execute();
    const began = performance.now();
    expect((await styles.search("3", "e 9999", 25)).map(({ name }) => name)).toContain("Style 9999");
    expect(await styles.search("3", "", 25)).toHaveLength(25);
    expect(await styles.count("3")).toBe(10_000);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
