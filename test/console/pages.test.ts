import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsolePage, lacksBrowser, launchBrowser, openPage } from '../helpers/browser.ts';
import { type RunningSentinel, startProcess } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';
import { ingest, many, renamed, stats, transaction } from './events.ts';

describe.skipIf(lacksBrowser())('the pages of the console', () => {
  let service: RunningSentinel;
  let browser: Browser;
  let open: ConsolePage;
  let repaired: string;

  beforeAll(async () => {
    [service, browser] = await Promise.all([startProcess(), launchBrowser()]);
    open = await openPage(browser);
    await ingest(service.url, 'stripe', many(40, transaction));
    await ingest(service.url, 'stripe', [transaction({ coupon: 'SPRING' })]);
    [repaired = ''] = await ingest(
      service.url,
      'shop',
      many(6, () => renamed(transaction(), 'email', 'user_email')),
    );
    await ingest(
      service.url,
      'erp',
      many(3, () => renamed(transaction({ email: 'grace@example.com' }), 'amount', 'price')),
    );
    await until(async () => {
      const { loaded, repaired, dead_letters } = await stats(service.url);
      return loaded === 41 && repaired === 6 && dead_letters === 3;
    }, 30_000);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
  });

  const goTo = (path: string) => open.page.goto(`${service.url}/console${path}`);
  const row = (text: string) => open.page.getByRole('row').filter({ hasText: text }).first();
  const see = (text: string | RegExp) => open.page.getByText(text).first().waitFor();

  it('overview: rates, outcomes, delay, queues, drifting sources, and what needs a person', async () => {
    await goTo('/');
    const outcomes = open.page.locator('.outcomes');
    const counted = /Loaded 41 .* Repaired 6 .* Dead letters 3 .* Duplicates 0/;
    await until(async () => counted.test((await outcomes.innerText()).replaceAll(/\s+/g, ' ')));
    await open.page.getByRole('img', { name: /Outcomes per second over time/ }).waitFor();
    await open.page.getByRole('img', { name: /Delay from acceptance/ }).waitFor();
    await see('raw_event');
    await open.page.getByRole('button', { name: '24 h' }).click();
    await see(/50 in the last 24 h, 50 in all/);
    expect(await row('shop').innerText()).toContain('100%');
    await open.page.getByRole('link', { name: 'amount is missing' }).click();
    await open.page.getByRole('heading', { name: 'amount is missing' }).waitFor();
  });

  it('overview: is live', async () => {
    await goTo('/');
    await open.page.getByRole('status').getByText('Live').first().waitFor();
    const before = (await stats(service.url))['loaded']!;
    await ingest(service.url, 'stripe', many(7, transaction));
    await open.page
      .locator('.outcomes')
      .getByText(String(before + 7))
      .waitFor();
    await open.page.getByRole('button', { name: '1 h', exact: true }).click();
    await see('How the events of the last 1 h first ended.');
  });

  it('flow: steps and topics as a graph; a step tells about itself; the choice is in the URL', async () => {
    await goTo('/flow');
    const validator = open.page.getByRole('button', { name: /^validator/ });
    await validator.waitFor();
    // Two topics between the same two steps are two lines.
    const graph = (await (await fetch(`${service.url}/api/v1/flow`)).json()) as { edges: { id: string }[] };
    await until(async () => (await open.page.locator('.topic-line').count()) === graph.edges.length);
    expect(await open.page.locator('.topic-label', { hasText: 'schema_fixed' }).count()).toBe(2);
    const into = open.page.getByRole('region', { name: 'Destinations' });
    expect((await into.innerText()).replaceAll(/\s+/g, ' ')).toMatch(/duckdb loading [\d.]+\/s, \d+ rows/);
    expect(await open.page.getByRole('region', { name: 'Sources' }).innerText()).toContain('stripe');
    await validator.click();
    await see('Checks each event against its contract');
    expect(new URL(open.page.url()).searchParams.get('step')).toBe('validator');
    await see('event breaks its contract; handed to the healers');
    await open.page.getByRole('button', { name: /^process_order_payment/ }).click();
    await see('process-order-payment.step.');
    await see('5 attempts, then a dead letter');
    await open.page.getByLabel('Flow', { exact: true }).selectOption('orders');
    await until(async () => (await open.page.locator('.step-node').count()) === 1);
  });

  it('events: found by source and status; the trail shows each change and where it came from', async () => {
    await goTo('/events');
    await row('stripe').waitFor();
    await open.page.getByLabel('Status').selectOption('repaired');
    await until(async () => (await open.page.getByRole('table').getByRole('link').count()) === 6);
    expect(new URL(open.page.url()).search).toBe('?status=repaired');
    await open.page.getByRole('searchbox', { name: 'Any id, order number or e-mail' }).fill(repaired);
    await until(async () => (await open.page.getByRole('table').getByRole('link').count()) === 1);
    await open.page.getByRole('table').getByRole('link').click();
    await see('Did not fit its contract');
    const changes = await open.page.getByRole('table', { name: 'What was changed' }).innerText();
    expect(changes).toContain('user_email');
    expect(changes).toContain('move /user_email to /email');
    expect(await open.page.getByRole('region', { name: 'The row in the destination' }).innerText()).toContain(
      '"_repaired": true',
    );
  });

  it('rules: plan in words, hits; disable, approve, roll back with the rows, delete', async () => {
    await goTo('/rules');
    await open.page.getByRole('link', { name: 'move /user_email to /email' }).click();
    await see('Why it was believed');
    const rows = open.page.getByRole('table', { name: 'Rows that the rule repaired' }).getByRole('link');
    await until(async () => (await rows.count()) === 6);
    await open.page.getByRole('button', { name: 'Keep' }).click();
    await see('never: a person keeps it');
    await open.page.getByRole('button', { name: 'Disable' }).click();
    await see('Disabled by a person');
    await open.page.getByRole('button', { name: 'Approve' }).click();
    await see('Approved.');
    await see('Approved a rule');
    await goTo('/rules?sort=hits');
    await open.page.getByRole('link', { name: 'move /user_email to /email' }).click();
    await open.page.getByRole('button', { name: 'Roll back…' }).click();
    await open.page.getByLabel('Reason').fill('the vendor was wrong');
    await open.page.getByRole('button', { name: 'Roll back 6 rows' }).click();
    await until(async () => (await stats(service.url))['dead_letters'] === 9);
    await see('rolled back');
    await open.page.getByRole('button', { name: 'Delete…' }).click();
    await open.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await see('Nothing was learned yet');
  });

  it('contracts: versions, fields, differences, drift', async () => {
    await goTo('/contracts');
    await open.page.getByRole('link', { name: /^order/ }).click();
    await see('Since 1.0.0');
    await row('customer_email').waitFor();
    await open.page.getByRole('button', { name: '1.0.0' }).click();
    await open.page.waitForURL('**?version=1.0.0');
    await open.page.getByRole('button', { name: 'Table (SQL)' }).click();
    await see('CREATE TABLE "order"');
    await open.page.getByRole('button', { name: 'Sample event' }).click();
    await open.page.getByRole('region', { name: 'An event that the contract accepts' }).waitFor();
    await goTo('/contracts/transaction');
    await row('coupon').waitFor();
    expect(await row('coupon').innerText()).toContain('stripe');
  });

  it('sources: the unstable first, with their shares over time', async () => {
    await goTo('/sources');
    await row('stripe').waitFor();
    const names = await open.page.getByRole('table', { name: 'Sources' }).getByRole('link').allInnerTexts();
    expect(names.at(-1)).toContain('stripe');
    await open.page.getByRole('link', { name: /^erp/ }).click();
    await open.page.getByRole('img', { name: /Events of erp/ }).waitFor();
  });

  it('test: sends a broken event by hand and follows it', async () => {
    await goTo('/test?contract=transaction&template=renamed');
    await open.page.getByRole('button', { name: 'Send' }).click();
    await open.page.locator('.way').getByText('Repaired').waitFor();
    await open.page.getByLabel('Template').selectOption('good');
    await open.page.getByRole('button', { name: 'Send' }).click();
    await open.page.locator('.way').getByText('Loaded').waitFor();
    await open.page.getByLabel('Template').selectOption('missing');
    await open.page.getByRole('button', { name: 'Send' }).click();
    await open.page.getByRole('link', { name: 'Settle it' }).click();
    await open.page.getByRole('heading', { name: /^Letter/ }).waitFor();
  });

  it('logs: live, filtered, paused, and lead to the event', async () => {
    await goTo('/logs');
    await open.page.locator('.needs').getByText('no_repair_found').first().waitFor();
    await goTo('/logs?source=erp');
    await row('dead letter').waitFor();
    expect(await open.page.getByRole('row').filter({ hasText: 'shop' }).count()).toBe(0);
    const lines = open.page.getByRole('table', { name: 'Log lines' }).getByRole('row');
    const before = await lines.count();
    await ingest(service.url, 'erp', [renamed(transaction(), 'amount', 'cost')]);
    await until(async () => (await lines.count()) > before);
    await open.page.getByRole('button', { name: 'Pause' }).click();
    await open.page.getByRole('table').getByRole('link').first().click();
    await open.page.getByRole('heading', { name: 'Event', exact: true }).waitFor();
  });

  it('state and queues: pauses and resumes a consumer; shows the state by group', async () => {
    await goTo('/state');
    await open.page.getByRole('button', { name: 'pause healer on validation_error' }).click();
    await open.page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
    expect(await row('validation_error').innerText()).toContain('reading');
    await open.page.getByRole('button', { name: 'pause healer on validation_error' }).click();
    await open.page.getByRole('button', { name: 'Pause healer', exact: true }).click();
    await row('validation_error').getByText('paused').waitFor();
    await open.page.getByRole('button', { name: 'Undo' }).click();
    await row('validation_error').getByText('reading').waitFor();
    await open.page.getByRole('button', { name: 'pause healer on validation_error' }).click();
    await open.page.getByRole('button', { name: 'Pause healer', exact: true }).click();
    await open.page.getByRole('button', { name: 'resume healer on validation_error' }).click();
    await row('validation_error').getByText('reading').waitFor();
    await open.page.getByRole('link', { name: 'dead-letters' }).click();
    await open.page.getByRole('table', { name: 'Keys of dead-letters' }).getByRole('button').first().click();
    await open.page.getByRole('dialog').waitFor();
  });

  it('goes anywhere by the palette, and explains its keys', async () => {
    await goTo('/');
    await open.page.locator('.outcomes').waitFor();
    await open.page.keyboard.press('Control+k');
    await open.page.keyboard.type('sour');
    await open.page.keyboard.press('Enter');
    await open.page.getByRole('heading', { name: 'Sources' }).waitFor();
    await open.page.keyboard.press('Control+k');
    await open.page.keyboard.type('grace@example.com');
    await open.page
      .getByRole('option', { name: /erp → transaction: amount is missing/ })
      .first()
      .click();
    await open.page.getByRole('heading', { name: /^Letter/ }).waitFor();
    await open.page.keyboard.press('?');
    await open.page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await open.page.keyboard.press('Escape');
    await open.page.keyboard.press('g');
    await open.page.keyboard.press('r');
    await open.page.getByRole('heading', { name: 'Rules' }).waitFor();
  });

  it('overview: names rules whose rows are in doubt, and their page what each row was before and after', async () => {
    const before = await stats(service.url);
    const [first = ''] = await ingest(
      service.url,
      'till',
      ['1,234', '2,345'].map((amount) => transaction({ amount })),
    );
    const letter = `${service.url}/api/v1/dead-letters/${first}`;
    await until(async () => (await fetch(letter)).ok);
    await until(async () => (await stats(service.url))['dead_letters'] === before['dead_letters']! + 2);
    const { event } = (await (await fetch(letter)).json()) as { event: object };
    const body = JSON.stringify({ event: { ...event, amount: '1.234' }, learn: true, group: true });
    const headers = { 'content-type': 'application/json' };
    expect((await fetch(`${letter}/replay`, { method: 'POST', headers, body })).status).toBe(202);
    await until(async () => (await stats(service.url))['repaired'] === before['repaired']! + 2);
    await ingest(service.url, 'till', [transaction({ amount: '1,234.56' })]);
    await goTo('/');
    await open.page.getByRole('link', { name: 'Rows of transaction may have been repaired wrongly' }).click();
    expect(await row('2,345').innerText()).toContain('amount "2,345" → "2.345"');
    await row('2,345').getByText('in doubt').waitFor();
    await see(/When they are wrong, roll the rule back/);
    await ingest(service.url, 'till', [transaction({ amount: '3,456' })]);
    await goTo('/');
    await open.page.getByRole('link', { name: 'A rule for such letters is disabled' }).click();
    await see('What it does');
  });

  it('caused no complaint of the browser', () => expect(open.complaints).toEqual([]));
});
