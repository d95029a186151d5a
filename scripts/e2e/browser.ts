/** A real headless browser: the machine's Chromium, which Debian has as the package `chromium`, or the one that CHROMIUM names. */
import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { airflowUrl } from './stack.ts';

const WIDTH = 1200;
/** Airflow's pages load slowly on a busy machine. */
const PATIENCE_MS = 120_000;

/** Throws what to do where there is none. Asked before the first step, so that nobody waits for it. */
export function findChromium(): string {
  const given = process.env['CHROMIUM'];
  const folders = (process.env['PATH'] ?? '').split(':');
  const candidates = given
    ? [given]
    : ['chromium', 'chromium-browser', 'google-chrome'].flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = candidates.find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (found) return found;
  throw new Error(
    `${given ?? 'Chromium'} is missing: install it (Debian: apt-get install chromium; macOS: brew install chromium), or name a Chrome or Edge by CHROMIUM=/path`,
  );
}

export interface Opened extends AsyncDisposable {
  readonly page: Page;
}

/** Logged in, at a page of Airflow. */
export async function openAirflow(path: string): Promise<Opened> {
  const browser: Browser = await chromium.launch({
    executablePath: findChromium(),
    // Its sandbox refuses root and needs more than many containers give; it opens nothing but the stack's own pages.
    chromiumSandbox: false,
  });
  const page = await browser.newPage({ viewport: { width: WIDTH, height: 700 }, locale: 'en-GB', timezoneId: 'UTC' });
  page.setDefaultTimeout(PATIENCE_MS);
  await page.goto(`${airflowUrl}/auth/login/?next=${encodeURIComponent(`${airflowUrl}${path}`)}`);
  await page.fill('input[name=username]', 'airflow');
  await page.fill('input[name=password]', 'airflow');
  await page.press('input[name=password]', 'Enter');
  await page.waitForURL((url) => !url.pathname.startsWith('/auth'));
  return { page, [Symbol.asyncDispose]: () => browser.close() };
}

/** With `--screenshots` the pictures of the README, made by the test that it documents. */
export async function picture(page: Page, name: string, heightPx = 700): Promise<void> {
  if (!process.argv.includes('--screenshots')) return;
  const folder = join(import.meta.dirname, '../../docs/images');
  mkdirSync(folder, { recursive: true });
  await page.setViewportSize({ width: WIDTH, height: heightPx });
  // What is still loading is there, and what fades in.
  await page.waitForFunction('!document.querySelector(".chakra-skeleton")');
  await page.waitForTimeout(1000);
  await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
}
