import { readFile } from 'node:fs/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsolePage, lacksBrowser, launchBrowser, openPage } from '../helpers/browser.ts';
import { type RunningSentinel, get, startProcess } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';
import { ingest, many, renamed, stats, transaction } from './events.ts';

describe.skipIf(lacksBrowser())('dead letters in the console', () => {
  let service: RunningSentinel;
  let browser: Browser;
  let open: ConsolePage;

  beforeAll(async () => {
    [service, browser] = await Promise.all([startProcess(), launchBrowser()]);
    open = await openPage(browser);
    await ingest(
      service.url,
      'erp',
      many(500, () => renamed(transaction(), 'amount', 'price')),
    );
    await ingest(
      service.url,
      'pos',
      many(3, () => transaction({ currency: 'Euro' })),
    );
    await until(async () => (await stats(service.url))['dead_letters'] === 503, 30_000);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
  });

  const goTo = (path: string) => open.page.goto(`${service.url}/console${path}`);
  const text = async (selector: string) => (await open.page.locator(selector).first().textContent()) ?? '';

  it('groups them by how they fail, in plain words, with their number', async () => {
    await goTo('/dead-letters');
    const row = open.page.getByRole('row').filter({ hasText: 'amount is missing' });
    await row.waitFor();
    expect(await row.textContent()).toContain('erp → transaction');
    expect(await row.textContent()).toContain('500');
    await open.page.getByText('503 open letters in 2 groups').waitFor();
  });

  it('walks through the groups with j and k and opens one with Enter', async () => {
    await goTo('/dead-letters');
    await open.page.getByRole('row').filter({ hasText: 'amount is missing' }).waitFor();
    for (const key of ['j', 'j', 'k', 'Enter']) await open.page.keyboard.press(key);
    await open.page.getByRole('heading', { name: 'amount is missing', level: 1 }).waitFor();
    expect(new URL(open.page.url()).search).toBe('?contract=transaction&source=erp');
  });

  it('shows violations live, and exports a group as NDJSON', async () => {
    await goTo('/dead-letters?source=pos');
    await open.page.getByRole('link', { name: 'currency is wrong' }).click();
    const [download] = await Promise.all([
      open.page.waitForEvent('download'),
      open.page.getByRole('button', { name: 'Export NDJSON' }).click(),
    ]);
    const lines = (await readFile(await download.path(), 'utf8')).trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { source: string }).source)).toEqual([
      'pos',
      'pos',
      'pos',
    ]);

    const held = open.page.getByRole('region', { name: 'Values of currency' });
    expect((await held.innerText()).replaceAll(/\s+/g, ' ')).toContain('"Euro" 3');
    const table = open.page.getByRole('table', { name: 'Letters of this group' });
    await table.getByRole('columnheader', { name: 'currency' }).waitFor();
    expect(await table.getByRole('row').nth(1).innerText()).toContain('"Euro"');

    await open.page.getByRole('link', { name: 'Fix by editing one' }).click();
    await open.page.getByText('no rule repairs it: sent back unchanged, it comes back here').waitFor();
    const unchanged = open.page.getByRole('button', { name: 'Replay unchanged' });
    expect(await unchanged.getAttribute('class')).not.toContain('primary');
    const editor = open.page.getByRole('textbox', { name: 'The event as JSON' });
    await editor.waitFor();
    const received = await editor.innerText();
    await editor.fill(received.replace('"12.50"', '"twelve"'));
    await open.page.getByText('2 violations of the contract').waitFor();
    await editor.fill(received.replace('"Euro"', '"EUR"'));
    await open.page.getByText('The contract accepts it').waitFor();
    // No plan makes EUR of Euro by itself; the page says so, and offers this letter only.
    await open.page.getByRole('heading', { name: 'Entered by hand' }).waitFor();
    expect(await open.page.getByRole('radio', { name: /All of this group/ }).isDisabled()).toBe(true);
  });

  it('discards one with a reason', async () => {
    await goTo('/dead-letters?source=pos');
    await open.page.getByRole('link', { name: 'currency is wrong' }).click();
    await open.page.getByRole('table', { name: 'Letters of this group' }).getByRole('link').first().click();
    await open.page.getByRole('button', { name: 'Discard…' }).click();
    const confirm = open.page.getByRole('dialog').getByRole('button', { name: 'Discard' });
    expect(await confirm.isDisabled()).toBe(true);
    await open.page.getByLabel('Reason').fill('a test of the vendor');
    await confirm.click();
    await open.page.getByText('Discarded. It stays on record.').waitFor();
    await until(async () => (await stats(service.url))['discarded'] === 1);
    await goTo('/dead-letters/all?status=discarded');
    await open.page.getByRole('table', { name: 'Dead letters' }).getByRole('link').first().click();
    await open.page.getByText('Discarded: “a test of the vendor”').waitFor();
  });

  it('settles a group of 500 by one edit', async () => {
    await goTo('/dead-letters');
    await open.page.getByRole('link', { name: 'amount is missing' }).click();
    await open.page.getByRole('link', { name: 'Fix by editing one' }).click();
    const editor = open.page.getByRole('textbox', { name: 'The event as JSON' });
    await editor.waitFor();
    await editor.fill((await editor.innerText()).replace('"price"', '"amount"'));

    await open.page.getByText('The contract accepts it').waitFor();
    expect(await text('.plan')).toContain('move /price to /amount');
    await open.page.getByText('499 of them of this group').waitFor();
    await open.page.getByRole('button', { name: 'Replay all 500' }).click();

    await open.page.getByText('500 letters on the way. A rule was learned for the next ones.').waitFor();
    await until(async () => (await stats(service.url))['repaired'] === 500, 30_000);
    await open.page.getByText('This group is settled').waitFor();
    await open.page.getByRole('heading', { name: 'amount is missing' }).waitFor();
    await until(async () => (await stats(service.url))['dead_letters'] === 2);
    const rules = (await (await fetch(`${service.url}/api/v1/rules`)).json()) as {
      items: { origin: string }[];
    };
    expect(rules.items.map(({ origin }) => origin)).toEqual(['person']);
  });

  it('discards a whole group by the keyboard, after it said how many they are', async () => {
    await ingest(
      service.url,
      'spammer',
      many(1200, () => transaction({ amount: 'cheap pills' })),
    );
    await until(async () => (await stats(service.url))['dead_letters'] === 1202, 30_000);
    await goTo('/dead-letters?source=spammer');
    await open.page.getByRole('table', { name: 'Groups of dead letters' }).getByRole('link').first().click();
    const { keyboard } = open.page;
    const discardAll = open.page.getByRole('button', { name: 'Discard all…' });
    const dialog = open.page.getByRole('dialog', { name: 'Discard all letters of this group' });

    await discardAll.press('Enter');
    await dialog.getByText('1,200 letters of this group are open.').waitFor();
    expect(await dialog.getByRole('button', { name: 'Discard 1,200 letters' }).isDisabled()).toBe(true);
    await keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await until(() => discardAll.evaluate((button) => button === button.ownerDocument.activeElement));

    await discardAll.press('Enter');
    await dialog.getByText('1,200 letters of this group are open.').waitFor();
    await keyboard.type('spam of one sender');
    // One that came after they were counted.
    await ingest(service.url, 'spammer', [transaction({ amount: 'cheap pills' })]);
    await until(async () => (await stats(service.url))['dead_letters'] === 1203);
    for (const key of ['Tab', 'Tab', 'Enter']) await keyboard.press(key);
    await open.page.getByText('1,200 letters discarded. They stay on record.').waitFor();
    await dialog.waitFor({ state: 'detached' });
    await open.page.getByText('1 open letter').waitFor();
    expect(await stats(service.url)).toMatchObject({ discarded: 1201, dead_letters: 3 });

    await discardAll.click();
    await dialog.getByText('1 letter of this group is open.').waitFor();
    await dialog.getByLabel('Reason').fill('the last one');
    await dialog.getByRole('button', { name: 'Discard 1 letter' }).click();
    await open.page.getByText('This group is settled').waitFor();
    await open.page.getByRole('link', { name: 'See what was discarded' }).click();
    const table = open.page.getByRole('table', { name: 'Dead letters' });
    await table.getByRole('link').first().click();
    await open.page.getByText(/Discarded: “(spam of one sender|the last one)”/).waitFor();
  });

  it('shows how far the job is, and says what was done', async () => {
    await ingest(
      service.url,
      'pills',
      many(1200, () => transaction({ amount: 'cheap pills' })),
    );
    await until(async () => (await stats(service.url))['dead_letters'] === 1202, 30_000);
    await goTo('/dead-letters?source=pills');
    await open.page.getByRole('table', { name: 'Groups of dead letters' }).getByRole('link').first().click();
    // The job is shown in the midst of it: its end comes when it was cancelled.
    let seen: Record<string, unknown> = {};
    await open.page.route('**/api/v1/jobs/*', async (route) => {
      const answer = (await (await route.fetch()).json()) as Record<string, unknown>;
      const { finished_at: _end, ...rest } = answer;
      seen = answer;
      await route.fulfill({ json: { ...rest, state: 'running', done: 500 } });
    });
    await open.page.getByRole('button', { name: 'Discard all…' }).click();
    const dialog = open.page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('spam');
    await dialog.getByRole('button', { name: 'Discard 1,200 letters' }).click();
    await dialog.getByText('500 of 1,200 discarded').waitFor();
    const progress = dialog.getByRole('progressbar', { name: 'Discarded letters' });
    expect(await progress.evaluate((bar) => (bar as unknown as { value: number }).value)).toBe(500);
    await until(async () => seen['state'] === 'done');
    await open.page.unroute('**/api/v1/jobs/*');
    await open.page.getByText('1,200 letters discarded. They stay on record.').waitFor();
    await dialog.waitFor({ state: 'detached' });
    expect((await stats(service.url))['dead_letters']).toBe(2);
  });

  it('corrects a group by a plan that is built by clicking, and tried as it is built', async () => {
    await ingest(
      service.url,
      'web',
      ['5', '6', 'x'].map((amount) => renamed(transaction({ amount }), 'amount', 'cost')),
    );
    await until(async () => (await stats(service.url))['dead_letters'] === 5);
    await goTo('/dead-letters?source=web');
    await open.page.getByRole('link', { name: 'amount is missing' }).click();
    await open.page.getByRole('link', { name: 'Correct all…' }).click();
    const row = open.page.getByRole('listitem', { name: 'Operation 1' });
    expect(await row.getByLabel('To').inputValue()).toBe('/amount');
    await row.getByLabel('From').fill('/cost');
    await open.page.getByRole('button', { name: 'Add an operation' }).click();
    const second = open.page.getByRole('listitem', { name: 'Operation 2' });
    await second
      .getByRole('combobox', { name: 'What operation 2 does' })
      .selectOption('Read a field as another type');
    await second.getByLabel('Field').fill('/amount');
    await second.getByLabel('As', { exact: true }).selectOption('decimal');
    await open.page.getByText(/^1 letter: operation 1:/).waitFor();
    await open.page.getByText('Also make a rule of it').waitFor();
    await open.page.getByRole('button', { name: 'Correct 2 letters' }).click();
    await open.page.getByText('2 letters corrected and on the way. 1 letter left alone.').waitFor();
    await open.page.getByText('1 open letter').waitFor();
    await until(async () => (await stats(service.url))['dead_letters'] === 3);
  });

  it('imports what was corrected in a file, after a dry run that names faulty lines', async () => {
    await goTo('/dead-letters');
    const { items } = await get<{ items: { event: object }[] }>(
      `${service.url}/api/v1/dead-letters?source=web`,
    );
    const line = { ...items[0]!, event: { ...items[0]!.event, amount: 7 } };
    const choose = async (lines: readonly object[]) =>
      open.page.getByLabel('Corrected file').setInputFiles({
        name: 'letters.ndjson',
        mimeType: 'application/x-ndjson',
        buffer: Buffer.from(lines.map((one) => JSON.stringify(one)).join('\n')),
      });
    await open.page.getByRole('button', { name: 'Import corrected…' }).click();
    const dialog = open.page.getByRole('dialog');
    await choose([line, { ...line, id: 'nobody' }]);
    await dialog.getByText('Line 2: there is no dead letter nobody').waitFor();
    expect(await dialog.getByRole('button', { name: 'Correct the letters' }).isDisabled()).toBe(true);
    await choose([line]);
    await dialog.getByText('1 line: 1 corrected, 0 unchanged.').waitFor();
    await dialog.getByRole('button', { name: 'Correct 1 letter' }).click();
    await open.page.getByText('1 letter corrected and on the way.').waitFor();
    await until(async () => (await stats(service.url))['dead_letters'] === 2);
  });

  it('finds letters by code and time', async () => {
    await goTo('/dead-letters/all');
    const table = open.page.getByRole('table', { name: 'Dead letters' });
    await table.getByRole('link').first().waitFor();
    await open.page.getByRole('combobox', { name: 'Code' }).selectOption('rolled_back');
    await open.page.getByText('No open dead letters match these filters.').waitFor();
    await open.page.getByRole('combobox', { name: 'Code' }).selectOption('no_repair_found');
    await open.page.getByRole('combobox', { name: 'Received' }).selectOption('last hour');
    await table.getByRole('link').first().waitFor();
    expect(open.page.url()).toContain('within=60');
  });

  it('caused no complaint of the browser', () => expect(open.complaints).toEqual([]));
});
