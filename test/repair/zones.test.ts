import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/model/json.ts';
import type { Operation } from '../../src/model/plan.ts';
import { tryPlan } from '../../src/repair/plans/trial.ts';
import { cast } from '../../src/repair/plans/cast.ts';
import { failureOf } from '../helpers/healing.ts';
import { contract, heal, moment, object, text } from './healers/evidence-support.ts';

const inZone = (value: string, zone: unknown, format?: string) =>
  cast(value, 'datetime', format, zone as string);

describe('a time in the zone that the event names', () => {
  it.each([
    ['2026-03-04T10:30:00', 'America/New_York', '2026-03-04T15:30:00Z'],
    ['2026-07-04 10:30', 'America/New_York', '2026-07-04T14:30:00Z'],
    ['2026-03-04T10:30:00', '-05:00', '2026-03-04T15:30:00Z'],
    ['2026-03-04T10:30:00', '+0530', '2026-03-04T05:00:00Z'],
    ['2026-03-04T10:30:00', 'UTC', '2026-03-04T10:30:00Z'],
    ['2026-03-04T10:30:00', 'America/Argentina/Buenos_Aires', '2026-03-04T13:30:00Z'],
    ['2026-03-08T01:59:59', 'America/New_York', '2026-03-08T06:59:59Z'],
    ['2026-03-08T03:00:00', 'America/New_York', '2026-03-08T07:00:00Z'],
    ['2026-03-04T10:30:00+01:00', 'America/New_York', '2026-03-04T09:30:00Z'],
  ])('%s in %s', (value, zone, expected) => {
    expect(inZone(value, zone)).toEqual({ ok: true, value: expected });
  });

  it('of another form', () => {
    expect(inZone('13/04/2026 10:30', 'Europe/Lisbon', 'DD/MM/YYYY HH:mm')).toEqual({
      ok: true,
      value: '2026-04-13T09:30:00Z',
    });
  });

  it.each([
    ['is never shown by the clock', '2026-03-08T02:30:00', 'America/New_York'],
    ['is shown twice', '2026-11-01T01:30:00', 'America/New_York'],
    ['is in a zone of an ambiguous name', '2026-03-04T10:30:00', 'CST'],
    ['is in a zone that nobody knows', '2026-03-04T10:30:00', 'America/Nowhere'],
    ['is at an offset without a unit', '2026-03-04T10:30:00', -300],
    ['is at an offset that no place has', '2026-03-04T10:30:00', '+19:00'],
    ['is in no zone', '2026-03-04T10:30:00', undefined],
  ])('is refused when it %s', (_, value, zone) => {
    expect(inZone(value, zone)).toMatchObject({ ok: false });
  });
});

const visit = contract('visit', {
  visit_ref: text,
  started_at: moment,
  'room?': object({ entered_at: moment }),
});
const event = { visit_ref: 'v-1', started_at: '2026-03-04T10:30:00' };
const instant = { started_at: '2026-03-04T15:30:00Z' };

describe('the heuristics', () => {
  it.each<[string, JsonObject]>([
    ['beside', { timezone: 'America/New_York' }],
    ['beside, by an offset', { utc_offset: '-05:00' }],
    ['beside, under its own name', { started_at_tz: 'America/New_York', timeZone: 'Asia/Tokyo' }],
    ['beside, twice', { tz: '-05:00', utcOffset: '-05:00' }],
  ])('read a time in the zone that stands %s', async (_, zone) => {
    expect(await heal(visit, { ...event, ...zone })).toMatchObject({ ...event, ...zone, ...instant });
  });

  it('also of one that has moved, and one whose zone stands around it', async () => {
    const { started_at, ...rest } = event;
    const renamed = { ...rest, startedAt: started_at, timezone: 'America/New_York' };
    expect(await heal(visit, renamed)).toMatchObject(instant);
    const inner = {
      ...event,
      ...instant,
      room: { entered_at: '2026-03-04T10:30:00' },
      tz: 'America/New_York',
    };
    expect(await heal(visit, inner)).toMatchObject({ room: { entered_at: '2026-03-04T15:30:00Z' } });
  });

  it.each<[string, JsonObject]>([
    ['there is none', {}],
    ['there are two', { timezone: 'America/New_York', utc_offset: '+01:00' }],
    ['it is that of somebody', { user_timezone: 'America/New_York' }],
    ['it is abbreviated', { timezone: 'EST' }],
    ['it is a number', { utc_offset: -300 }],
  ])('refuse a time without a zone when %s', async (_, zone) => {
    expect(typeof (await heal(visit, { ...event, ...zone }))).toBe('string');
  });
});

describe('what the event says of a time counts against the zone beside it', () => {
  const zoned: Operation = { op: 'cast', path: '/started_at', to: 'datetime', zone_from: '/timezone' };
  const there = { ...event, timezone: 'America/New_York' };

  it.each<[string, JsonObject]>([
    ['a flag', { is_utc: true }],
    ['a flag that is a text', { times_in_gmt: 'yes' }],
    ['a flag that is not set', { started_at_is_local: false }],
    ['a flag in an object beside', { meta: { utc: true } }],
    ['a zone under another name', { all_times_in: 'UTC' }],
    ['the same time as a number', { started_at_unix: 1772620200 }],
    ['the same time in milliseconds', { startedMs: 1772620200000 }],
    ['the same time on the clock of the place', { started_at_local: '2026-03-04 05:30' }],
    ['the offset of another time', { ended_at: '2026-03-04T11:30:00+01:00' }],
  ])('%s', async (_, said) => {
    expect(await heal(visit, { ...there, ...said })).toMatch('more than one time zone');
    // A rule that was learned without it says so as well.
    const failure = failureOf({ ...there, ...said }, visit);
    expect(tryPlan(failure, { operations: [zoned] })).toMatchObject({ ok: false });
  });

  it.each<[string, JsonObject]>([
    ['a flag that agrees', { is_utc: false, is_local: true }],
    ['the same time as a number', { started_at_unix: 1772638200 }],
    ['the same time on the clock of the place', { started_at_local: '2026-03-04 10:30' }],
    ['the offset of another time', { ended_at: '2026-07-04T11:30:00-04:00' }],
    ['a time in UTC', { created_at: '2026-03-04T11:30:00Z' }],
    ['when it was sent', { sent: 1772600000 }],
  ])('but not %s', async (_, said) => {
    expect(await heal(visit, { ...there, ...said })).toMatchObject(instant);
  });
});

describe('a plan that reads a zone', () => {
  const zoned: Operation = { op: 'cast', path: '/started_at', to: 'datetime', zone_from: '/timezone' };
  const reasonOf = (operations: Operation[], changes: JsonObject = {}) => {
    const failure = failureOf({ ...event, timezone: 'America/New_York', ...changes }, visit);
    const tried = tryPlan(failure, { operations });
    return tried.ok ? tried.value.event['started_at'] : tried.error.reason;
  };

  it('takes that of each event', () => {
    expect(reasonOf([zoned])).toBe('2026-03-04T15:30:00Z');
    expect(reasonOf([zoned], { timezone: 'Asia/Tokyo' })).toBe('2026-03-04T01:30:00Z');
    expect(reasonOf([zoned], { timezone: null })).toMatch('known time zone');
  });

  it('may not touch the zone, nor want it for anything else', () => {
    expect(reasonOf([zoned, { op: 'remove', path: '/timezone' }])).toMatch('changed by the plan');
    expect(reasonOf([{ op: 'trim', path: '/timezone' }, zoned])).toMatch('changed by the plan');
    expect(reasonOf([{ ...zoned, to: 'date' }])).toMatch('only a datetime');
    expect(reasonOf([{ ...zoned, zone_from: '/started_at' }])).toMatch('changed by the plan');
  });
});
