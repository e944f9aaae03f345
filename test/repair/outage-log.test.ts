import { expect, it } from 'vitest';
import { SentinelError } from '../../src/model/errors.ts';
import { createLogger } from '../../src/support/log.ts';
import { outageLog } from '../../src/repair/healing/outage-log.ts';

it('an outage of the model is said once and once a minute, however many signatures wait, and so is its end', () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  let time = 0;
  const outage = outageLog(createLogger({ level: 'info', format: 'json' }, { destination }), () => time);
  const fail = (code: 'llm_unavailable' | 'llm_budget_exhausted') => {
    for (let index = 0; index < 100; index++)
      outage.failed(new SentinelError(code, 'no answer'), {
        source: 's',
        contract: 'c',
        signature: `${index}`,
      });
  };
  outage.over();
  expect(lines).toEqual([]);
  fail('llm_unavailable');
  time = 59_000;
  fail('llm_unavailable');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({ code: 'llm_unavailable', status: 'failed' });
  time = 60_000;
  fail('llm_unavailable');
  expect(lines).toHaveLength(2);
  fail('llm_budget_exhausted');
  expect(lines).toHaveLength(3);
  outage.over();
  outage.over();
  expect(lines).toHaveLength(4);
  expect(JSON.parse(lines[3]!)).toMatchObject({ status: 'recovered' });
  fail('llm_unavailable');
  expect(lines).toHaveLength(5);
});
