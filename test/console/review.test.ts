import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConsolePage, lacksBrowser, launchBrowser, openPage } from '../helpers/browser.ts';
import { type RunningSentinel, startProcess } from '../helpers/sentinel.ts';
import { until } from '../helpers/until.ts';
import { ingest, many, renamed, stats, transaction } from './events.ts';

describe.skipIf(lacksBrowser())('rules that wait for a person', () => {
  let service: RunningSentinel;
  let browser: Browser;
  let open: ConsolePage;

  beforeAll(async () => {
    const config = { healing_agent: { approval: 'review' } };
    [service, browser] = await Promise.all([startProcess({ config }), launchBrowser()]);
    open = await openPage(browser);
  });
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
  });

  const goTo = (path: string) => open.page.goto(`${service.url}/console${path}`);
  const see = (text: string | RegExp) => open.page.getByText(text).first().waitFor();
  const repaired = async (count: number) =>
    until(async () => (await stats(service.url))['repaired'] === count, 30_000);

  it('shows how many events wait, what becomes of them, why, and the risks; approval repairs them', async () => {
    const email = 'waits@example.com';
    await ingest(
      service.url,
      'shop',
      many(3, () => renamed(transaction({ email }), 'email', 'user_email')),
    );
    await goTo('/rules');
    await open.page.getByRole('link', { name: 'move /user_email to /email' }).click();
    await see('3 events wait for it');
    await see('Why it was believed');
    await see('/user_email is /email: the same name but for "user"');
    const changes = await open.page.getByRole('table', { name: 'What was changed' }).first().innerText();
    expect(changes).toContain('user_email');
    expect(changes).toContain(email);
    expect(await open.page.getByRole('table', { name: 'What was changed' }).count()).toBe(3);
    expect((await stats(service.url))['repaired']).toBe(0);
    await open.page.getByRole('button', { name: 'Approve' }).click();
    await repaired(3);
    await see('never: a person keeps it');
    expect(await open.page.getByText('Waits for you').count()).toBe(0);
    expect(open.complaints).toEqual([]);
  });
});
