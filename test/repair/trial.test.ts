import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Operation } from '../../src/model/plan.ts';
import { compileRule, tryPlan } from '../../src/repair/plans/trial.ts';
import { failureOf } from '../helpers/healing.ts';
import { shipment, shipmentWith } from './support.ts';
import { measureWork } from '../helpers/work.ts';

const broken = shipmentWith({ email: undefined, mail: ' ana@example.com' });
const attempt = (operations: Operation[], targetFields?: string[], event: JsonObject = broken) =>
  tryPlan(failureOf(event, shipment), { operations }, targetFields === undefined ? {} : { targetFields });

const move: Operation = { op: 'move', from: '/mail', to: '/email' };
const trim: Operation = { op: 'trim', path: '/email' };

describe('a proposed plan', () => {
  it('that works gives the event, and what the contract makes of it', () => {
    expect(attempt([move, trim])).toEqual({
      ok: true,
      value: { event: shipmentWith(), value: shipmentWith() },
    });
  });

  it('that does not go far enough says what remains', () => {
    expect(attempt([move])).toMatchObject({
      ok: false,
      error: {
        reason: 'the contract still refuses /email (format)',
        remaining: [{ path: '/email', code: 'format' }],
      },
    });
  });

  it('that the contract does not permit is not applied', () => {
    expect(attempt([{ op: 'move', from: '/mail', to: '/e_mail' }])).toMatchObject({
      error: { reason: 'operation 0 (move): /e_mail is not declared by the contract' },
    });
    expect(attempt([move, trim], ['weight'])).toMatchObject({
      error: { reason: expect.stringContaining('target_fields') as string },
    });
  });

  it('that cannot be applied says where it stopped', () => {
    expect(attempt([move, { op: 'move', from: '/post', to: '/note' }])).toMatchObject({
      error: { reason: 'operation 1: there is nothing at /post' },
    });
  });
});

describe('a compiled rule', () => {
  const rule = compileRule({ operations: [move, trim] }, shipment);

  it('repairs each event on its own', () => {
    for (const name of ['ana', 'eva']) {
      const event = shipmentWith({ email: undefined, mail: `${name}@example.com ` });
      const { violations } = failureOf(event, shipment);
      expect(rule(event, violations)).toMatchObject({
        ok: true,
        value: { value: { email: `${name}@example.com` } },
      });
    }
  });

  it('refuses an event that it does not mend', () => {
    const event = shipmentWith({ email: undefined, mail: 'nobody' });
    expect(rule(event, failureOf(event, shipment).violations)).toMatchObject({ ok: false });
  });

  it('takes microseconds', () => {
    const { violations } = failureOf(broken, shipment);
    const rounds = 2000;
    for (let round = 0; round < rounds; round++) rule(broken, violations);
    const worked = measureWork();
    for (let round = 0; round < rounds; round++) rule(broken, violations);
    const each = (worked() * 1000) / rounds;
    expect(each).toBeLessThan(500);
  });
});
