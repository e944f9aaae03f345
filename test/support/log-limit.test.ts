import { afterEach, expect, it, vi } from 'vitest';
import { limitLog } from '../../src/support/log-limit.ts';
import { createLogger } from '../../src/support/log.ts';

afterEach(() => vi.useRealTimers());

it('writes a share of each kind in a second, and then says how many it left out', () => {
  const lines: string[] = [];
  const log = createLogger(
    { level: 'info', format: 'json' },
    { destination: { write: (line: string) => void lines.push(line) } },
  );
  let time = 0;
  const limited = limitLog(log, 2, () => time);
  for (let index = 0; index < 5; index++) limited.write('warn', 'flood', { index }, 'too many');
  limited.write('info', 'other', {}, 'another kind');
  expect(lines).toHaveLength(3);
  time = 1000;
  limited.write('warn', 'flood', {}, 'again');
  expect(lines.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual([
    'too many',
    'too many',
    'another kind',
    '3 more lines like this were left out',
    'again',
  ]);
});

it('says how many it left out when the flood is over, too', () => {
  vi.useFakeTimers();
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const limited = limitLog(createLogger({ level: 'info', format: 'json' }, { destination }), 2);
  for (let index = 0; index < 5; index++) limited.write('warn', 'flood', { index }, 'too many');
  expect(lines).toHaveLength(2);
  vi.advanceTimersByTime(1500);
  expect(lines).toHaveLength(3);
  expect(JSON.parse(lines[2]!)).toMatchObject({ left_out: 3 });
  limited.write('warn', 'flood', {}, 'again');
  vi.advanceTimersByTime(5000);
  expect(lines).toHaveLength(4);
});
