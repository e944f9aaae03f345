import { expect, it } from 'vitest';
import { recentEvents } from '../../src/repair/rules/recent-events.ts';
import { shipment, shipmentWith } from './support.ts';

const numbered = (n: number) => shipmentWith({ parcels: n });

it('keeps the first events of a sender at once, and then some of the newer', () => {
  let time = 0;
  const recent = recentEvents(() => time);
  for (let n = 1; n <= 64; n++) recent.see(shipment, 'shop', numbered(n));
  expect(recent.of(shipment, 'shop').map((event) => event['parcels'])).toEqual(
    Array.from({ length: 64 }, (_, index) => index + 1),
  );
  for (let n = 65; n <= 100_000; n++) {
    time += 1;
    recent.see(shipment, 'shop', numbered(n));
  }
  const kept = recent.of(shipment, 'shop').map((event) => Number(event['parcels']));
  expect(kept).toHaveLength(64);
  // One a second, at most, and so all of the first are gone after 64 s.
  expect(Math.min(...kept)).toBeGreaterThan(30_000);
});

it('tells senders apart, and is not changed by what becomes of an event later', () => {
  const recent = recentEvents();
  const event = numbered(1);
  recent.see(shipment, 'shop', event);
  event['parcels'] = 99;
  recent.see(shipment, 'depot', numbered(2));
  recent.see(shipment, 'shop', numbered(3));
  expect(recent.of(shipment, 'shop').map((kept) => kept['parcels'])).toEqual([1, 3]);
  expect(recent.of(shipment, 'depot').map((kept) => kept['parcels'])).toEqual([2]);
  expect(recent.of(shipment, 'nobody')).toEqual([]);
});

it('is bounded: senders without end, and large events, make room or are not kept', () => {
  const recent = recentEvents();
  for (let n = 0; n < 300; n++) recent.see(shipment, `sender ${n}`, numbered(n));
  expect(recent.of(shipment, 'sender 0')).toEqual([]);
  expect(recent.of(shipment, 'sender 299')).toHaveLength(1);
  recent.see(shipment, 'large', shipmentWith({ note: 'x'.repeat(20_000) }));
  expect(recent.of(shipment, 'large')).toEqual([]);

  const wide = 'x'.repeat(16_000);
  for (let sender = 0; sender < 30; sender++)
    for (let n = 0; n < 64; n++) recent.see(shipment, `wide ${sender}`, shipmentWith({ note: wide }));
  const kept = Array.from({ length: 30 }, (_, sender) => recent.of(shipment, `wide ${sender}`).length);
  expect(kept.reduce((sum, count) => sum + count, 0) * 16_000).toBeLessThan(17 * 1024 * 1024);
  expect(kept[29]).toBe(64);
});
