import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type Page, chromium } from 'playwright-core';

const names = ['chromium', 'chromium-browser', 'google-chrome'];

/** Where the browser is; undefined when the machine has none. */
const chromiumPath = (process.env['PATH'] ?? '')
  .split(delimiter)
  .flatMap((folder) => names.map((name) => join(folder, name)))
  .find((path) => existsSync(path));

/** For `describe.skipIf`: names what is missing, and fails where everything must be there. */
export function lacksBrowser(): boolean {
  if (chromiumPath !== undefined) return false;
  const text = `no browser on PATH (looked for ${names.join(', ')})`;
  if (process.env['CI'] === 'true') throw new Error(`${text}: install chromium`);
  process.stderr.write(`skipped: ${text}\n`);
  return true;
}

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox'] });
}

export interface ConsolePage {
  page: Page;
  /** What the browser complained about: errors of the console and exceptions of the page. */
  complaints: string[];
  close(): Promise<void>;
}

export interface View {
  theme?: 'light' | 'dark';
  width?: number;
}

/** A page of its own, without the storage of any other. */
export async function openPage(
  browser: Browser,
  { theme = 'light', width = 1280 }: View = {},
): Promise<ConsolePage> {
  const context = await browser.newContext({
    colorScheme: theme,
    viewport: { width, height: 800 },
    reducedMotion: 'reduce',
    acceptDownloads: true,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(25_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  return { page, complaints, close: () => context.close() };
}
