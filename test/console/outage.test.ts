import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDuckDb } from '../../src/load/destinations/duckdb/index.ts';
import { type ConsolePage, lacksBrowser, launchBrowser, openPage } from '../helpers/browser.ts';
import { type RunningSentinel, startProcess } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';
import { ingest, many, stats, transaction } from './events.ts';

describe.skipIf(lacksBrowser())('the console while nothing can be loaded', () => {
  let service: RunningSentinel;
  let browser: Browser;
  let open: ConsolePage;
  let folder: string;
  let held: Awaited<ReturnType<typeof openDuckDb>> | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sentinel-console-'));
    const path = join(folder, 'warehouse.duckdb');
    // The database file is open in another process: this one.
    held = await openDuckDb({ path });
    await held.prepare([]);
    [service, browser] = await Promise.all([
      startProcess({ config: { destination: { type: 'duckdb', path } } }),
      launchBrowser(),
    ]);
    open = await openPage(browser);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
    await held?.close();
    await rm(folder, { recursive: true });
  });

  it('says so on every page, with the cause, until the destination is back', async () => {
    await ingest(service.url, 'shop', many(3, transaction));
    const { page } = open;
    const badge = page.locator('.sidebar').getByRole('status');
    for (const path of ['/', '/events', '/rules', '/logs', '/keys']) {
      await page.goto(`${service.url}/console${path}`);
      const banner = page.getByRole('alert');
      await banner.getByText('DuckDB takes no rows.').waitFor();
      expect(await banner.innerText()).toMatch(/3 wait in the queue.*Cause: .*(in use|lock)/is);
      expect(await badge.innerText()).toBe('Not loading');
    }
    await held!.close();
    held = undefined;
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await badge.getByText('Live').waitFor();
    await until(async () => (await stats(service.url))['loaded'] === 3);
  });

  it('says that the service is gone, and notices that it is back', async () => {
    const { page } = open;
    await page.goto(`${service.url}/console/rules`);
    await page.locator('.sidebar').getByText('Live').waitFor();
    await service.kill('SIGTERM');
    await page.getByRole('alert').getByText('The service can’t be reached.').waitFor();
  });
});
