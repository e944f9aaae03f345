import type { JsonObject } from '../model/json.ts';
import type { Random } from './random.ts';

/** Valid events of the demo's contracts, as their senders would make them up. */
export type MakeEvent = (random: Random, now: Date) => JsonObject;

const people = [
  ['Ada', 'Lovelace'],
  ['Grace', 'Hopper'],
  ['Alan', 'Turing'],
  ['Katherine', 'Johnson'],
  ['Edsger', 'Dijkstra'],
  ['Barbara', 'Liskov'],
  ['Donald', 'Knuth'],
  ['Radia', 'Perlman'],
] as const;
const products = [
  ['MUG-01', 12.5],
  ['TEE-02', 24],
  ['CAP-03', 18.9],
  ['BAG-04', 49],
  ['PEN-05', 3.2],
  ['LAMP-06', 89.95],
] as const;
const places = [
  ['Berlin', 'DE'],
  ['Lyon', 'FR'],
  ['Porto', 'PT'],
  ['Gdańsk', 'PL'],
  ['Leeds', 'GB'],
  ['Austin', 'US'],
] as const;
const currencies = ['EUR', 'EUR', 'EUR', 'USD', 'GBP'] as const;

const money = (value: number): string => value.toFixed(2);

function envelope(random: Random, now: Date): JsonObject {
  return { event_id: random.uuid(), timestamp: now.toISOString() };
}

function address(random: Random): string {
  const [first, last] = random.pick(people);
  return `${first}.${last}${random.whole(1, 99)}@example.com`.toLowerCase();
}

export const transaction: MakeEvent = (random, now) => ({
  ...envelope(random, now),
  amount: money(random.whole(199, 49_900) / 100),
  currency: random.pick(currencies),
  user_id: random.uuid(),
  email: address(random),
  ...(random.chance(0.3) ? { description: `invoice ${random.whole(10_000, 99_999)}` } : {}),
});

export const order: MakeEvent = (random, now) => {
  const items = Array.from({ length: random.whole(1, 3) }, () => {
    const [sku, price] = random.pick(products);
    return { sku, quantity: random.whole(1, 4), price: money(price) };
  });
  const total = items.reduce((sum, { quantity, price }) => sum + quantity * Number(price), 0);
  return {
    ...envelope(random, now),
    version: '1.0.0',
    payload: {
      order_id: `A${random.whole(100_000, 999_999)}`,
      customer_email: address(random),
      items,
      total_amount: money(total),
      currency: random.pick(currencies),
    },
  };
};

export const channelOrder: MakeEvent = (random, now) => ({
  ...order(random, now),
  version: '2.0.0',
  channel: random.pick(['web', 'app', 'store', 'marketplace']),
  placed_at: new Date(now.getTime() - random.whole(1000, 60_000)).toISOString(),
});

export const shipment: MakeEvent = (random, now) => {
  const [city, country] = random.pick(places);
  return {
    ...envelope(random, now),
    tracking_number: `TR${random.whole(10_000_000, 99_999_999)}`,
    carrier: random.pick(['dhl', 'ups', 'gls', 'fedex']),
    status: random.pick(['created', 'in_transit', 'in_transit', 'out_for_delivery', 'delivered']),
    weight_kg: money(random.whole(20, 2500) / 100),
    shipped_at: new Date(now.getTime() - random.whole(1, 72) * 3_600_000).toISOString(),
    destination: { city, country },
  };
};

export const signup: MakeEvent = (random, now) => {
  const [first_name, last_name] = random.pick(people);
  return {
    ...envelope(random, now),
    first_name,
    last_name,
    email: address(random),
    plan: random.pick(['free', 'free', 'team', 'business']),
    seats: random.whole(1, 40),
    newsletter: random.chance(0.5),
  };
};
