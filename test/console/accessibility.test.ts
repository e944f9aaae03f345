import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lacksBrowser, launchBrowser, openPage } from '../helpers/browser.ts';
import { type RunningSentinel, startProcess } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';
import { ingest, many, renamed, stats, transaction } from './events.ts';

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Pages by what must be there before they are looked at. */
const places: readonly { path: string; ready: string }[] = [
  { path: '/', ready: '.time-chart canvas' },
  { path: '/flow?step=validator', ready: '.step-node' },
  { path: '/events', ready: '.row-link' },
  { path: '/events/{event}', ready: '.changes' },
  { path: '/logs', ready: '.log-open' },
  { path: '/dead-letters', ready: '.row-link' },
  { path: '/dead-letters/all', ready: '.row-link' },
  { path: '{group}', ready: '.row-link' },
  { path: '{correct}', ready: '.operation' },
  { path: '/dead-letters/{letter}', ready: '.cm-content' },
  { path: '/rules', ready: '.row-link' },
  { path: '/rules/{rule}', ready: '.row-link' },
  { path: '/contracts', ready: '.row-link' },
  { path: '/contracts/order', ready: '.diff-lines' },
  { path: '/sources?source=shop', ready: '.time-chart canvas' },
  { path: '/sources/connect?type=github', ready: '.snippet' },
  { path: '/keys', ready: '.empty' },
  { path: '/audit', ready: '.empty' },
  { path: '/test', ready: '.cm-content' },
  { path: '/state?group=rules', ready: '.state-key' },
];

describe.skipIf(lacksBrowser())('every page of the console', () => {
  let service: RunningSentinel;
  let browser: Browser;
  const names: Record<string, string> = {};

  beforeAll(async () => {
    [service, browser] = await Promise.all([startProcess(), launchBrowser()]);
    const { url } = service;
    await ingest(url, 'stripe', many(5, transaction));
    [names['event'] = ''] = await ingest(
      url,
      'shop',
      many(3, () => renamed(transaction(), 'email', 'user_email')),
    );
    [names['letter'] = ''] = await ingest(
      url,
      'erp',
      many(3, () => renamed(transaction(), 'amount', 'price')),
    );
    await until(async () => {
      const { repaired, dead_letters: dead } = await stats(url);
      return repaired === 3 && dead === 3;
    }, 30_000);
    const first = async (path: string) =>
      ((await (await fetch(`${url}/api/v1/${path}`)).json()) as { items: Record<string, string>[] })
        .items[0]!;
    names['rule'] = (await first('rules'))['id']!;
    const { signature } = await first('dead-letters/groups');
    names['group'] = `/dead-letters/group/${signature}?contract=transaction&source=erp`;
    names['correct'] = `/dead-letters/group/${signature}/correct?contract=transaction&source=erp`;
  });
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
  });

  async function visit(page: Page, { path, ready }: (typeof places)[number]): Promise<void> {
    const shown = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name]!);
    await page.goto(`${service.url}/console${shown}`);
    await page.locator(ready).first().waitFor();
  }

  it.each([
    { theme: 'light', width: 1280 },
    { theme: 'dark', width: 390 },
  ] as const)(
    'in the $theme theme at $width pixels: no serious finding of axe, nothing cut off',
    async (view) => {
      const { page, complaints, close } = await openPage(browser, view);
      for (const place of places) {
        await visit(page, place);
        expect(await serious(page), place.path).toEqual([]);
        expect(await tooWide(page), place.path).toEqual([]);
      }
      await visit(
        page,
        places.find(({ path }) => path === '{group}')!,
      );
      await page.getByRole('button', { name: 'Discard all…' }).click();
      await page.getByText('3 letters of this group are open.').waitFor();
      expect(await serious(page), 'the dialog of a group').toEqual([]);
      expect(complaints).toEqual([]);
      await close();
    },
    90_000,
  );
});

/** Evaluated by the debugger's way in, which the page's own policy does not bind. */
async function serious(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate<AxeResults>(`axe.run({ resultTypes: ['violations'] })`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.slice(0, 5).map(({ html }) => `${id}: ${html.slice(0, 200)}`));
}

/** What reaches beyond the right edge, outside of what scrolls, pans or is cut with an ellipsis by intention. */
function tooWide(page: Page): Promise<string[]> {
  const mayBeWide = '.flow-graph, .json, .cm-editor, .sidebar, .sr-only, .table-head, .truncate *';
  return page.evaluate<string[]>(`
    [...document.querySelectorAll('body *')]
      .filter((element) => element.closest('${mayBeWide}') === null)
      .filter((element) => element.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
      .slice(0, 5)
      .map((element) => element.tagName + '.' + element.className)`);
}
