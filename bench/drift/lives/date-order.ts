import { type DriftCase, failureOf } from '../cases.ts';
import type { Expected } from '../drift.ts';
import { fieldsOf } from '../fields.ts';
import { grouped } from '../grouped.ts';
import { pointer, replaced } from '../paths.ts';
import { seededRandom } from '../random.ts';
import type { Life, LifeEvent } from './event.ts';

/** Day first: what each date proves, and what may then be made of it. The last ones are written month first. */
const script: readonly (readonly [what: string, sent: string, meant: string, expected: Expected])[] = [
  ['one reading only by chance', '04/04/2026', '2026-04-04', 'either'],
  ['two readings, none proven', '04/05/2026', '2026-05-04', 'refuse'],
  ['two readings, none proven', '07/06/2026', '2026-06-07', 'refuse'],
  ['one reading only by chance', '08/08/2026', '2026-08-08', 'either'],
  ['two readings, none proven', '02/11/2026', '2026-11-02', 'refuse'],
  ['the order is proven', '25/12/2026', '2026-12-25', 'either'],
  ['two readings, one proven', '04/05/2026', '2026-05-04', 'either'],
  ['the order is proven', '31/01/2026', '2026-01-31', 'either'],
  ['the order is contradicted', '12/25/2026', '2026-12-25', 'either'],
  ['two readings, both proven', '04/05/2026', '2026-05-04', 'refuse'],
  ['two readings, both proven', '09/10/2026', '2026-10-09', 'refuse'],
];

/** Senders who write their dates day first, and begin with one that does not tell. */
export function dateLives(
  cases: readonly DriftCase[],
  { seed, count }: { seed: string; count: number },
): Life[] {
  const byContract = grouped(cases, ({ subject }) => subject.contract.name);
  const lives = [...byContract.values()].flatMap(([first]) => dateLife(first!) ?? []);
  return seededRandom(seed, 'date lives').shuffled(lives).slice(0, count);
}

function dateLife({ subject, original, id }: DriftCase): Life | undefined {
  const dates = fieldsOf(original, subject.contract).filter(
    ({ format, path, required }) =>
      required && !path.includes('*') && (format === 'date' || format === 'date-time'),
  );
  const [field] = dates;
  if (field === undefined) return undefined;
  const tail = field.format === 'date' ? ['', ''] : [' 10:30:00 Z', 'T10:30:00Z'];
  const name = `dates ${id}`;
  const events: LifeEvent[] = [];
  for (const [what, written, day, expected] of script) {
    const sent = replaced(original, field.path, () => written + tail[0]!);
    const meant = replaced(original, field.path, () => day + tail[1]!);
    if (sent === undefined || meant === undefined) return undefined;
    if (!subject.contract.validate(meant).ok || failureOf(sent, subject, name) === undefined)
      return undefined;
    events.push({ what: `dates: ${what}`, sent, meant, expected });
  }
  return { id: `${name} ${pointer(field.path)}`, subject, events };
}
