import type { Json } from '../../../src/model/json.ts';
import type { Draw, Mutation } from '../drift.ts';
import type { Field } from '../fields.ts';
import { chooseField } from '../mutations/relocate.ts';
import { pointer, replaced } from '../paths.ts';
import type { Random } from '../random.ts';
import { namesZone } from '../zone.ts';

/** The field in its place, with a value that can be read in two ways, or in none without a guess. */
function doubtful(
  fits: (field: Field) => boolean,
  write: (value: Json, random: Random) => Json | undefined,
): Draw {
  return (scene, focus) => {
    const field = chooseField(scene, focus, fits);
    if (field === undefined || field.path.includes('*')) return undefined;
    const value = write(field.values[0]!, scene.random);
    if (value === undefined) return undefined;
    return {
      style: JSON.stringify(value),
      touches: [pointer(field.path)],
      apply: (event) => replaced(event, field.path, () => structuredClone(value)),
      inverse: [],
    };
  };
}

const isTime = ({ format }: Field): boolean => format === 'date-time';
const isDay = ({ format }: Field): boolean => format === 'date';
const isNumber = ({ values }: Field): boolean => values.every((value) => typeof value === 'number');
const isWhole = ({ types }: Field): boolean => types.has('integer') && !types.has('number');
const two = (number: number): string => String(number).padStart(2, '0');

/** Day and month both below 13, and not the same. */
function dayText(random: Random): string {
  const first = random.integer(1, 12);
  const second = ((first + random.integer(0, 10)) % 12) + 1;
  const separator = random.pick(['/', '-', '/']);
  return [two(first), two(second), random.integer(2019, 2026)].join(separator);
}

const clock = (random: Random): string => `${two(random.integer(0, 23))}:${two(random.integer(0, 59))}`;

const noZone = (_: Json, random: Random): Json =>
  random.pick([
    `2026-0${random.integer(1, 9)}-1${random.integer(0, 9)}T${clock(random)}:00`,
    `2026-0${random.integer(1, 9)}-1${random.integer(0, 9)} ${clock(random)}:07`,
    `2026/0${random.integer(1, 9)}/1${random.integer(0, 9)} ${clock(random)}`,
    `1${random.integer(3, 9)}.0${random.integer(1, 9)}.2026 ${clock(random)}:30`,
  ]);

/** Thousands, or a decimal comma, or two numbers. `1,234.50` would have one reading. */
const grouped = (_: Json, random: Random): Json => {
  const [thousands, rest] = [random.integer(1, 99), random.integer(100, 999)];
  return `${thousands}${random.pick([',', ',', ' ', "'"])}${rest}`;
};

const fraction = (_: Json, random: Random): Json =>
  `${random.integer(10, 99)}.${random.pick(['00', '0', '000', '50'])}`;

const of = (kind: string, weight: number, draw: Draw): Mutation => ({
  kind,
  expected: 'refuse',
  weight,
  draw,
});

export const valueDecoys: Mutation[] = [
  of(
    'value.day_or_month',
    2,
    doubtful(isDay, (_, random) => dayText(random)),
  ),
  of(
    'value.day_or_month_with_time',
    2,
    doubtful(isTime, (_, random) => `${dayText(random)} ${clock(random)}:00 Z`),
  ),
  of('value.no_zone', 3, (scene, focus) =>
    namesZone(scene.event) ? undefined : doubtful(isTime, noZone)(scene, focus),
  ),
  of('value.grouped', 3, doubtful(isNumber, grouped)),
  of('value.fraction_for_whole', 2, doubtful(isWhole, fraction)),
];
