import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../src/model/dead-letter.ts';
import type { Job } from '../../src/model/job.ts';
import { runCommand } from '../helpers/command.ts';
import { bulk, ended } from '../helpers/job.ts';
import { get, ingestAll, post, query, settled, transaction, without } from '../helpers/sentinel.ts';
import { type ServiceHere, startHere } from '../helpers/service-here.ts';
import { until } from '../helpers/until.ts';

let service: ServiceHere;
const api = (path: string) => `${service.url}/api/v1${path}`;
const cli = (...args: string[]) =>
  runCommand(service.dir, args, { SENTINEL_API_PORT: new URL(service.url).port });

beforeAll(async () => {
  service = await startHere();
});
afterAll(() => service.stop());

type Shown = Omit<DeadLetter, 'raw'> & { event: Record<string, unknown> };

/** Sends events whose amounts fail, from a source of their own; their letters in the order in which they were sent. */
const letters = (source: string, amounts: readonly string[], more: object = {}) =>
  lettersOf(
    source,
    amounts.map((amount) => transaction({ amount, source, ...more })),
  );
/** A price is no amount, unless a person says so. */
const priced = (source: string, prices: readonly unknown[]) =>
  lettersOf(
    source,
    prices.map((price) => without(transaction({ price, source }), 'amount')),
  );
async function lettersOf(source: string, events: readonly object[]): Promise<Shown[]> {
  const ids = await ingestAll(service.url, events);
  await until(async () => (await found(source)).length === events.length);
  return Promise.all(ids.map((id) => get<Shown>(api(`/dead-letters/${id}`))));
}
const found = async (source: string) =>
  (await get<{ items: Shown[] }>(api(`/dead-letters?source=${source}`))).items;

const amountsOf = async (source: string) =>
  (
    await query(service.url, `SELECT amount FROM transaction WHERE _source = '${source}' ORDER BY amount`)
  ).map(({ amount }) => amount);

const plan = { operations: [{ op: 'move', from: '/price', to: '/amount' }] };

describe('a group is corrected by a plan', () => {
  it('after it was tried, letter by letter as a single edit; what it does not mend stays', async () => {
    const all = await priced('comma', [1000.5, 2000.5, 'much']);
    const filter = { source: 'comma' };
    const body = { filter, plan };
    const trial = (await (
      await post(api('/dead-letters/correct'), { ...body, dry_run: true })
    ).json()) as object;
    expect(trial).toMatchObject({
      dry_run: true,
      matched: 3,
      tried: 3,
      would_load: 2,
      would_fail: 1,
      failures: [{ count: 1, id: all[2]!.id }],
      samples: [{ id: all[0]!.id, before: { price: 1000.5 }, after: { amount: 1000.5 } }, {}],
    });
    expect(await amountsOf('comma')).toEqual([]);

    const job = await bulk(service.url, 'correct', body);
    expect(job).toMatchObject({ state: 'done', total: 3, done: 3, failed: 1, plan: body.plan });
    expect(job.left_alone).toMatchObject([{ id: all[2]!.id }]);
    await until(async () => (await amountsOf('comma')).length === 2);
    expect(await amountsOf('comma')).toEqual(['1000.5', '2000.5']);
    expect(await get(api(`/events/${all[0]!.id}`))).toMatchObject({
      status: 'repaired',
      healer: 'person',
      plan: body.plan,
    });
    expect((await found('comma')).map(({ id }) => id)).toEqual([all[2]!.id]);
    const { items } = await get<{ items: { act: string; target: { job_id?: string } }[] }>(
      api(`/audit?target=${job.id}`),
    );
    expect(items.map(({ act }) => act)).toEqual(['correct_many_end', 'correct_many']);
  });

  it('and makes a rule for the next ones when a person says so', async () => {
    const [letter] = await priced('rule', [1000.5]);
    const { signature } = letter!;
    const body = { filter: { signature, source: 'rule' }, plan, learn: true };
    const { rule_id } = await bulk(service.url, 'correct', body);
    expect(rule_id).toBeTruthy();
    const [next] = await ingestAll(service.url, [
      without(transaction({ price: 3000.5, source: 'rule' }), 'amount'),
    ]);
    expect(await settled(service.url, next!)).toMatchObject({ status: 'repaired', rule_id });
  });

  it('but not by what is no plan, breaks the contract, names no letters, or would be a rule for several failures', async () => {
    for (const [body, detail] of [
      [{ filter: { source: 'comma' }, plan: { operations: [{ op: 'set', path: '/amount' }] } }, /^plan/],
      [{ filter: {}, plan }, /^filter: /],
      [{ filter: { source: 'comma' }, plan, learn: true }, /^learn: .*signature/],
    ] as const) {
      const response = await post(api('/dead-letters/correct'), body);
      expect(response.status).toBe(422);
      expect(((await response.json()) as { detail: string }).detail).toMatch(detail);
    }
    const removal = { operations: [{ op: 'remove', path: '/amount' }] };
    const trial = await post(api('/dead-letters/correct'), {
      filter: { source: 'comma' },
      plan: removal,
      dry_run: true,
    });
    expect(await trial.json()).toMatchObject({ would_load: 0, would_fail: 1 });
  });
});

describe('letters are exported, corrected in a file, and imported', () => {
  const file = () => join(service.dir, 'letters.ndjson');

  async function exported(source: string): Promise<Shown[]> {
    const { code, err } = await cli('dead-letters', 'export', '--source', source, '-o', `${source}.ndjson`);
    expect([code, err]).toEqual([0, expect.stringMatching(/^\d+ dead letters? written\n$/)]);
    const text = await readFile(join(service.dir, `${source}.ndjson`), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Shown)
      .toSorted((a, b) => (a.id < b.id ? -1 : 1));
  }
  const write = (lines: readonly unknown[]) =>
    writeFile(
      file(),
      lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'),
    );
  const corrected = (line: Shown, amount: unknown): Shown => ({ ...line, event: { ...line.event, amount } });

  it('each once, as its line has it; unchanged lines do nothing, and what changed meanwhile is left alone', async () => {
    await letters('file', ['ten', 'twenty', 'thirty', 'forty']);
    const [ten, twenty, thirty, forty] = (await exported('file')) as [Shown, Shown, Shown, Shown];
    await write([corrected(ten, 10), twenty, '', corrected(thirty, 30), corrected(forty, 'still words')]);
    const dry = await cli('dead-letters', 'import', 'letters.ndjson', '--dry-run');
    expect([dry.code, dry.err]).toEqual([0, '']);
    expect(dry.out).toContain('4 lines: 3 corrected, 1 unchanged, 0 faulty.');
    expect(dry.out).toContain('2 would be sent back corrected, 1 would be left alone.');
    expect(dry.out).toContain('- /amount "ten"');
    expect(dry.out).toContain('+ /amount 10');
    expect(await amountsOf('file')).toEqual([]);

    await post(api(`/dead-letters/${thirty.id}/discard`), { reason: 'settled by somebody else' });
    const { code, out, err } = await cli('dead-letters', 'import', 'letters.ndjson', '--yes');
    expect(code).toBe(1);
    expect(out).toBe('1 of 3 corrected and sent on their way.\n');
    expect(err).toContain(`line 4, ${thirty.id}: it is discarded`);
    expect(err).toMatch(new RegExp(`line 5, ${forty.id}: the edited event still breaks its contract: `));
    await until(async () => (await amountsOf('file')).length === 1);
    expect(await amountsOf('file')).toEqual(['10']);
    expect((await found('file')).map(({ id }) => id).toSorted()).toEqual([twenty.id, forty.id]);
    const { edited, edit } = await get<DeadLetter>(api(`/dead-letters/${ten.id}`));
    expect([JSON.parse(edited!), edit]).toMatchObject([{ amount: 10 }, { by_hand: ['/amount'] }]);
  });

  it('again, of an older export, are left alone', async () => {
    await letters('twice', ['ten']);
    const [line] = await exported('twice');
    // Sent back unchanged it fails again: it is open, and not as it was exported.
    await post(api(`/dead-letters/${line!.id}/replay`), {});
    await until(async () => (await found('twice'))[0]?.replays === 1);
    await write([corrected(line!, 10)]);
    const { code, err } = await cli('dead-letters', 'import', 'letters.ndjson', '--yes');
    expect(code).toBe(1);
    expect(err).toContain('1: it has changed since it was exported');
    expect(await amountsOf('twice')).toEqual([]);
  });

  it('with every digit of their numbers', async () => {
    await letters('digits', ['ten'], { note: 'x' });
    const [line] = await exported('digits');
    const text = JSON.stringify(corrected(line!, 10))
      .replace('"amount":10', '"amount":1234567890.123456789')
      .replace('"note":"x"', '"note":12345678901234567890123');
    await write([text]);
    expect((await cli('dead-letters', 'import', 'letters.ndjson', '--yes')).code).toBe(0);
    await until(async () => (await amountsOf('digits')).length === 1);
    expect(await amountsOf('digits')).toEqual(['1234567890.123456789']);
    const response = await fetch(api(`/dead-letters/${line!.id}`));
    expect(JSON.parse(await response.text()) as DeadLetter).toMatchObject({
      edited: expect.stringMatching(
        /"amount":1234567890\.123456789,.*"note":12345678901234567890123/,
      ) as unknown,
    });
  });

  it('or none of them, when a line is faulty: each is named by its number', async () => {
    await letters('faulty', ['ten', 'twenty']);
    const [ten, twenty] = (await exported('faulty')) as [Shown, Shown];
    const unknown = { ...corrected(ten, 1), id: '0192d0c4-9a5e-7c0b-8a10-000000000000' };
    const { updated_at: _, ...timeless } = corrected(twenty, 20);
    const masked = { ...twenty, event: { ...twenty.event, email: '•••' } };
    const double = JSON.stringify(corrected(twenty, 20)).replace('"currency"', '"amount":20,"currency"');
    await write([corrected(ten, 10), unknown, '{"id":', '[]', timeless, corrected(ten, 11), masked, double]);
    const dry = await cli('dead-letters', 'import', 'letters.ndjson', '--dry-run');
    expect(dry.code).toBe(1);
    expect(dry.out).toContain('8 lines: 1 corrected, 0 unchanged, 7 faulty.');
    for (const said of [
      `line 2: there is no dead letter ${unknown.id}`,
      'line 3: it is not JSON',
      'line 4: it is no object',
      'line 5: "updated_at" is missing',
      'line 6: line 1 is for the same dead letter',
      'line 7: a value in it is masked',
      'line 8: ',
    ])
      expect(dry.out).toContain(said);
    const { code, err } = await cli('dead-letters', 'import', 'letters.ndjson', '--yes');
    expect([code, err]).toEqual([1, expect.stringContaining('nothing was sent: mend these lines first')]);
    const response = await fetch(api('/dead-letters/import'), {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: await readFile(file()),
    });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({
      code: 'faulty_lines',
      errors: [{ line: 2 }, { line: 3 }, {}, {}, {}, {}, {}],
    });
    expect((await found('faulty')).length).toBe(2);
    const { items } = await get<{ items: unknown[] }>(api('/state?prefix=imports/'));
    expect(items).toEqual([]);
  });

  it('are refused of a file that is no text, and as JSON alone', async () => {
    const send = async (body: Buffer | string, type = 'application/x-ndjson') => {
      const response = await fetch(api('/dead-letters/import'), {
        method: 'POST',
        headers: { 'content-type': type },
        body,
      });
      return [response.status, ((await response.json()) as { detail: string }).detail];
    };
    expect(await send(Buffer.from([0x7b, 0xff, 0x0a]))).toEqual([
      422,
      'the file cannot be read: it is not UTF-8',
    ]);
    expect(await send('{}', 'application/json')).toEqual([
      422,
      expect.stringContaining('application/x-ndjson'),
    ]);
  });

  it('as a job that ends, with what it says in the audit, and leaves nothing behind', async () => {
    await letters('job', ['ten', 'twenty']);
    const lines = await exported('job');
    await write(lines.map((line) => corrected(line, 5)));
    const response = await fetch(api('/dead-letters/import'), {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: await readFile(file()),
    });
    expect(response.status).toBe(202);
    const {
      job_id,
      lines: count,
      unchanged,
    } = (await response.json()) as Record<'job_id' | 'lines' | 'unchanged', string>;
    expect([count, unchanged]).toEqual([2, 0]);
    const job: Job = await ended(service.url, job_id);
    expect(job).toMatchObject({ kind: 'import', state: 'done', total: 2, done: 2, failed: 0 });
    let items: { act: string; detail?: unknown }[] = [];
    await until(async () => {
      ({ items } = await get<{ items: typeof items }>(api(`/audit?target=${job_id}`)));
      return items.length === 2;
    });
    expect(items.map(({ act }) => act)).toEqual(['import_many_end', 'import_many']);
    expect(items[1]!.detail).toBeUndefined();
    await until(
      async () => (await get<{ items: unknown[] }>(api('/state?prefix=imports/'))).items.length === 0,
    );
  });
});
