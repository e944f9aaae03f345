import { readdir } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageFolder } from '../../src/support/package-folder.ts';
import { lacksBrowser, launchBrowser, openPage } from '../helpers/browser.ts';
import { type RunningSentinel, startProcess } from '../helpers/sentinel.ts';

describe.skipIf(lacksBrowser())('the console of a service with a token', () => {
  let service: RunningSentinel;
  let browser: Browser;

  beforeAll(async () => {
    [service, browser] = await Promise.all([
      startProcess({ env: { SENTINEL_API_TOKEN: 'sesame' }, config: { http: { base_path: '/gate' } } }),
      launchBrowser(),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
  });

  it('asks for it, keeps it, and never puts it into a URL', async () => {
    const { page, close } = await openPage(browser);
    const urls: string[] = [];
    page.on('request', (request) => urls.push(request.url()));
    // Below the prefix of a proxy; nothing but the dialog and what it is for is there before.
    await page.goto(`${service.url}/gate/console/rules`);
    await page.getByRole('dialog').getByText('Paste a key that').waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await page.locator('main').innerText()).not.toMatch(/again|refused|401/);
    await page.getByRole('textbox', { name: 'Key' }).fill('wrong');
    await page.getByRole('button', { name: 'Use the key' }).click();
    await page.getByText('The server does not know this key.').waitFor();
    await page.getByRole('textbox', { name: 'Key' }).fill('sesame');
    await page.getByRole('button', { name: 'Use the key' }).click();
    await page.getByText('Nothing was learned yet').waitFor();
    await page.getByRole('status').getByText('Live').first().waitFor();
    await page.reload();
    await page.getByText('Nothing was learned yet').waitFor();
    expect(urls.filter((url) => url.includes('sesame'))).toEqual([]);
    await close();
  });

  it('serves its files without one, and the API not', async () => {
    const html = await fetch(`${service.url}/console/anything/below?x=1`);
    expect(html.status).toBe(200);
    const policy = html.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(html.headers.get('cache-control')).toBe('no-store');
    const script = /src="([^"]+\.js)"/.exec(await html.text())![1]!;
    const asset = await fetch(new URL(script, service.url));
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(asset.headers.get('content-encoding')).toBe('gzip');
    expect((await fetch(`${service.url}/api/v1/stats`)).status).toBe(401);
    expect((await fetch(`${service.url}/consoles`)).status).toBe(401);
  });

  it('brings the licences of what is built into it', async () => {
    const names = await readdir(packageFolder('dist/console/assets'));
    const name = names.find((each) => /^licenses-.*\.txt$/.test(each));
    const response = await fetch(`${service.url}/console/assets/${name}`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    const text = await response.text();
    expect(text).toMatch(/^react \d/m);
    expect(text).toMatch(/^@fontsource-variable\/inter .*\n\n(?:.*\n)*?.*SIL OPEN FONT LICENSE/m);
  });

  it('serves only its own files', async () => {
    for (const path of ['assets/none.js', 'assets/..%2f..%2fcli.js', 'assets/%2e%2e/%2e%2e/package.json']) {
      const response = await fetch(`${service.url}/console/${path}`);
      expect(await response.text()).not.toMatch(/data-sentinel"|import /);
    }
    expect((await fetch(`${service.url}/console/assets/none.js`)).status).toBe(404);
  });
});
