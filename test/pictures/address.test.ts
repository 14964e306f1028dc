import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { expect, it } from "vitest";

import { readPicturesAddress } from "../../src/pictures/address.ts";
import { openPictures } from "../../src/pictures/index.ts";

it("an address names a folder, or a place in a bucket with its server", () => {
  expect(readPicturesAddress("file:///srv/our%20pictures")).toEqual({ kind: "folder", folder: "/srv/our pictures" });
  expect(readPicturesAddress("s3://atelier/of/bot/?endpoint=http://10.0.0.1:9000/&region=eu&cache=0.5")).toEqual({
    kind: "bucket",
    bucket: "atelier",
    prefix: "of/bot/",
    endpoint: "http://10.0.0.1:9000",
    region: "eu",
    cacheBytes: 5e8,
  });
  expect(readPicturesAddress("s3://atelier?region=eu-west-1")).toMatchObject({
    prefix: "",
    endpoint: "https://s3.eu-west-1.amazonaws.com",
  });
});

it.each([
  ["/srv/pictures", "must begin with file:/// or s3://"],
  ["https://example.org", "must begin with file:/// or s3://"],
  ["file://elsewhere/pictures", "must name a folder of this machine"],
  ["s3://", "must name a bucket"],
  ["s3://Atelier_1", "must name a bucket"],
  ["s3://key:secret@bucket", "must hold no key"],
  ["s3://bucket/a b", "letters, digits"],
  ["s3://bucket?endpoint=ftp://x", "http or https address"],
  ["s3://bucket?cache=0", "0.1 to 10000 gigabytes"],
  ["s3://bucket?regoin=eu", 'knows endpoint, region, cache, but not "regoin"'],
])("%s is refused: %s", (text, words) => {
  expect(() => readPicturesAddress(text)).toThrow(
    expect.objectContaining({ identifier: "pictures-address", message: expect.stringContaining(words) }),
  );
  expect(() => readPicturesAddress(text)).not.toThrow(/secret/);
});

it("a shared folder that is not there, and keys that are missing, end the start in a sentence", async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-shared-"));
  try {
    const shared = path.join(folder, "not mounted");
    const open = (PICTURES_URL: string) => openPictures({ DATA_DIR: folder, PICTURES_URL });
    await expect(open(pathToFileURL(shared).href)).rejects.toMatchObject({
      identifier: "pictures-unusable",
      message: `There is no folder ${shared}, which PICTURES_URL names. Make it, or mount the disk it is on.`,
    });
    await expect(open("s3://bucket")).rejects.toMatchObject({ message: expect.stringContaining("S3_ACCESS_KEY_ID") });
    const files = await open(pathToFileURL(folder).href);
    const { sha256 } = await files.put(Buffer.from("shared"));
    expect(await files.local(sha256)).toBe(path.join(folder, sha256.slice(0, 2), `${sha256}.png`));
  } finally {
    await rm(folder, { recursive: true });
  }
});
