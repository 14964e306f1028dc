import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { chromium } from "playwright-core";
import { expect, it } from "vitest";

import { flipPage } from "../../src/judge/flip-page.ts";

const CHROMIUM = "/usr/bin/chromium";
const PAIRS = [1, 2].map((number) => ({ number, letters: ["A", "B"] }));

it.skipIf(!existsSync(CHROMIUM))(
  "marks are given with the keyboard, exported and read again (skipped without Chromium)",
  async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), "atelier-flip-page-"));
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox", "--disable-gpu"] });
    try {
      const file = path.join(folder, "index.html");
      await writeFile(file, flipPage("a run", PAIRS));
      const page = await browser.newPage();
      await page.goto(pathToFileURL(file).href);
      for (const key of ["4", "2", "5", "3", "ArrowUp", "0"]) await page.keyboard.press(key);
      expect(await page.textContent("h1")).toBe("Pair 1");
      expect(await page.textContent("#done")).toBe("3 of 4 marked");
      const [download] = await Promise.all([page.waitForEvent("download"), page.click("#export")]);
      const saved = path.join(folder, "marks.json");
      await download.saveAs(saved);
      expect(JSON.parse(await readFile(saved, "utf8"))).toEqual({ run: "a run", marks: { "1B": 2, "2A": 5, "2B": 3 } });

      const another = await browser.newContext();
      const empty = await another.newPage();
      await empty.goto(pathToFileURL(file).href);
      expect(await empty.textContent("#done")).toBe("0 of 4 marked");
      await empty.setInputFiles("input", saved);
      await expect.poll(() => empty.textContent("#done")).toBe("3 of 4 marked");
    } finally {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    }
  },
);
