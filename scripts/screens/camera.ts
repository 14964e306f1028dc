/** Photographs the sandbox's page, as a desktop and a phone show it, in light and dark, by a real browser. */
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";

const BROWSER = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"];

export const THEMES = ["light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** What the page is looked at on, CSS pixels. */
export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly isPhone?: boolean;
  /** Pixels of a picture for each of the page's. */
  readonly scale?: number;
}

export interface Shot {
  /** Who sits at the keyboard. */
  readonly as: string;
  readonly channelId: string;
  readonly threadId?: string;
  /** The message that is looked at; the last one where it is left out. */
  readonly messageId?: string;
  /** Where that message stands on the screen; `end` where it is left out. */
  readonly block?: "start" | "center" | "end";
  /** What is done before the picture is taken. */
  readonly act?: (page: Page) => Promise<void>;
}

export class Camera {
  readonly #browser: Browser;
  readonly #address: string;

  private constructor(browser: Browser, address: string) {
    this.#browser = browser;
    this.#address = address;
  }

  /** @param address of the sandbox's page */
  static async open(address: string): Promise<Camera> {
    return new Camera(await chromium.launch({ executablePath: BROWSER, args: FLAGS }), address);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  /** A PNG. */
  async take(shot: Shot, theme: Theme, screen: Screen): Promise<Buffer> {
    const context = await this.#contextOf(theme, screen);
    try {
      const page = await context.newPage();
      await page.addInitScript(`sessionStorage.setItem("as", ${JSON.stringify(shot.as)})`);
      const { channelId, threadId, messageId, block = "end" } = shot;
      await page.goto(`${this.#address}#${channelId}${threadId === undefined ? "" : `/${threadId}`}`);
      await page.locator("#app:not([hidden])").waitFor();
      await page.waitForLoadState("networkidle");
      if (messageId !== undefined)
        await page
          .locator(`[data-id="${messageId}"]`)
          .evaluate((node, where) => node.scrollIntoView({ block: where }), block);
      await shot.act?.(page);
      await page.waitForLoadState("networkidle");
      await page.mouse.move(2, 2);
      return await page.screenshot({ animations: "disabled" });
    } finally {
      await context.close();
    }
  }

  #contextOf(theme: Theme, { width, height, isPhone = false, scale = 1 }: Screen): Promise<BrowserContext> {
    return this.#browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      deviceScaleFactor: scale,
      isMobile: isPhone,
      hasTouch: isPhone,
    });
  }
}

/** Presses a button of a message that shows a form. */
export const opening =
  (messageId: string, label: string) =>
  async (page: Page): Promise<void> => {
    await page.locator(`[data-id="${messageId}"]`).getByRole("button", { name: label, exact: true }).click();
    await page.locator("dialog.modal[open]").waitFor();
  };
