/** The real browser that the page is tested in. */
import { existsSync } from "node:fs";

import { type Browser, chromium, type Page } from "playwright-core";

export const CHROMIUM = "/usr/bin/chromium";

export const hasChromium = existsSync(CHROMIUM);

const FLAGS =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

export const launchBrowser = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: FLAGS.split(" ") });

/** What the browser complained of, collected from now on. */
export function complaintsOf(page: Page): readonly string[] {
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  return complaints;
}

/** Opens the sandbox's page and waits until it shows a channel. */
export async function visit(page: Page, address: string): Promise<void> {
  page.setDefaultTimeout(8000);
  await page.goto(address);
  await page.locator("#app:not([hidden])").waitFor();
}
