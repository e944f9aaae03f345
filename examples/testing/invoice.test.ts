import { checkEvent, runStep, startTestService, tryHealing, tryRule } from 'data-sentinel/testing';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import invoice from './contracts/invoice.ts';
import thank from './steps/thank.step.ts';

const event = { invoice_no: 'R-7', total: '19.90', billed_to: 'ada@example.com' };
const { total, ...rest } = event;

describe('the contract', () => {
  it('takes a whole invoice, and names what is missing', () => {
    expect(checkEvent(invoice, event)).toMatchObject({ valid: true });
    expect(checkEvent(invoice, rest)).toMatchObject({ valid: false, violations: [{ path: '/total' }] });
  });

  it('has a name of the total repaired that senders are known to use, and no other', async () => {
    expect(await tryHealing(invoice, { ...rest, amount_due: total })).toMatchObject({
      repaired: true,
      event: { total: expect.anything() as unknown },
    });
    expect(await tryHealing(invoice, { ...rest, amount_paid: total })).toMatchObject({ repaired: false });
  });
});

describe('a rule', () => {
  it('repairs what it is for, and is refused where its result would not be valid', () => {
    const plan = { operations: [{ op: 'move' as const, from: '/sum', to: '/total' }] };
    expect(tryRule(invoice, plan, { ...rest, sum: total })).toMatchObject({ repaired: true });
    expect(tryRule(invoice, plan, { ...rest, sum: 'plenty' })).toMatchObject({ repaired: false });
  });
});

describe('the step', () => {
  it('asks for one mail, also when the message comes twice', async () => {
    const checked = checkEvent(invoice, event);
    if (!checked.valid) throw new Error('the sample is not valid');
    const message = {
      request_id: 'r1',
      received_at: new Date().toISOString(),
      source: 'erp',
      contract: 'invoice',
      version: '1.0.0',
      event: checked.event,
    };
    const first = await runStep(thank, message);
    expect(first.enqueued).toEqual([
      { topic: 'mail_requested', data: { to: event.billed_to, about: 'R-7' }, source: undefined },
    ]);
    const again = await runStep(thank, message, { state: first.state, attempt: 2 });
    expect(again.enqueued).toEqual([]);
  });
});

describe('the whole of it', () => {
  it('loads what is valid, repairs what has drifted, and keeps the rest', async () => {
    const service = await startTestService({
      contracts: [join(import.meta.dirname, 'contracts')],
      defaultContract: 'invoice',
    });
    try {
      const renamed = { ...rest, invoice_no: 'R-8', amount_due: total };
      const broken = { ...event, invoice_no: 'R-9', total: 'plenty' };
      const ends = await service.outcomes('erp', [event, renamed, broken]);
      expect(ends.map(({ status }) => status)).toEqual(['loaded', 'repaired', 'dead_letter']);
      expect((await service.query('select invoice_no, total from invoice order by 1')).rows).toEqual([
        ['R-7', '19.9'],
        ['R-8', '19.9'],
      ]);
    } finally {
      await service.close();
    }
  });
});
