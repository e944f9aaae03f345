import { readFileSync } from 'node:fs';
import orderTwo from '../../../contracts/v1/order-2.ts';
import order from '../../../contracts/v1/order.ts';
import transaction from '../../../contracts/v1/transaction.ts';
import { contractFromJsonSchema } from '../../../src/contracts/json-schema/compile.ts';
import type { Contract } from '../../../src/contracts/contract.ts';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import type { Subject } from './subject.ts';
import { type Random, uuidOf } from '../random.ts';
import { timeText } from './vary.ts';

/** The contracts that this project ships, and two that look like a carrier's and a CRM's webhooks. */
export function ownSubjects(): Subject[] {
  return [
    generated(transaction, 9, transactionEvent),
    generated(order, 9, orderEvent),
    generated(orderTwo, 3, orderTwoEvent),
    generated(bundled('shipment'), 9, shipmentEvent),
    generated(bundled('contact'), 9, contactEvent),
  ];
}

const bundled = (name: string): Contract =>
  contractFromJsonSchema(
    JSON.parse(readFileSync(new URL(`./${name}.schema.json`, import.meta.url), 'utf8')) as JsonObject,
  );

function generated(contract: Contract, weight: number, make: (random: Random) => JsonObject): Subject {
  return {
    contract,
    weight,
    event: make,
    // A sender's events have the same fields, and those values that decide which.
    sibling: (event, random) => sameShape(event, make(random)),
  };
}

function sameShape(event: JsonObject, other: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]) => [name, Object.hasOwn(other, name) ? other[name]! : value]),
  );
}

const firstNames = ['Ana', 'Noah', 'Mia', 'Yusuf', 'Ines', 'Chen', 'Olga', 'Kwame', 'Lucia', 'Tom'];
const lastNames = ['Silva', 'Meyer', 'Okafor', 'Dubois', 'Haddad', 'Ito', 'Novak', 'Berg', 'Costa', 'Ryan'];
const domains = ['example.com', 'mail.example.org', 'shop.example.net', 'example.co.uk'];
const cities = [
  ['Lisboa', 'Rua Augusta 12', '1100-053', 'PT'],
  ['Berlin', 'Torstrasse 99', '10119', 'DE'],
  ['Lyon', 'Rue Mercière 4', '69002', 'FR'],
  ['Leeds', 'Park Row 31', 'LS1 5HN', 'GB'],
] as const;

function person(random: Random): { first: string; last: string; email: string } {
  const [first, last] = [random.pick(firstNames), random.pick(lastNames)];
  const email = `${first}.${last}${random.integer(1, 999)}@${random.pick(domains)}`.toLowerCase();
  return { first, last, email };
}

/** Money as JSON numbers, as most senders send it, or as text. */
function money(random: Random): Json {
  const amount = random.integer(105, 499_999) / 100;
  return random.chance(0.25) ? amount.toFixed(2) : amount;
}

const currency = (random: Random): string => random.pick(['EUR', 'USD', 'GBP', 'JPY', 'BRL', 'INR']);
const envelope = (random: Random, source: string): JsonObject => ({
  event_id: uuidOf(random),
  timestamp: timeText(random),
  source,
});

function transactionEvent(random: Random): JsonObject {
  const descriptions = ['a book', 'monthly plan', 'two tickets', 'refill', null];
  return {
    ...envelope(random, 'bank'),
    amount: money(random),
    currency: currency(random),
    user_id: uuidOf(random),
    email: person(random).email,
    ...(random.chance(0.6) ? { description: random.pick(descriptions) } : {}),
  };
}

function orderEvent(random: Random): JsonObject {
  const items = Array.from({ length: random.integer(1, 3) }, () => ({
    sku: `${random.pick(['TEE', 'MUG', 'CAP', 'BAG'])}-${random.integer(100, 999)}`,
    quantity: random.integer(1, 9),
    price: money(random),
  }));
  return {
    ...envelope(random, 'shop'),
    version: '1.0.0',
    payload: {
      order_id: random.chance(0.5)
        ? String(random.integer(10_000, 9_999_999))
        : `SO-${random.integer(1000, 99_999)}`,
      customer_email: person(random).email,
      items,
      total_amount: money(random),
      currency: currency(random),
    },
  };
}

const orderTwoEvent = (random: Random): JsonObject => ({
  ...orderEvent(random),
  version: '2.0.0',
  channel: random.pick(['web', 'app', 'store', 'marketplace']),
  placed_at: timeText(random),
});

function shipmentEvent(random: Random): JsonObject {
  const { first, last, email } = person(random);
  const [city, street, postal_code, country_code] = random.pick(cities);
  return {
    shipment_id: uuidOf(random),
    tracking_number: random.chance(0.5)
      ? String(random.integer(100_000_000_000, 899_999_999_999))
      : `JD${random.integer(10_000_000, 99_999_999)}`,
    carrier: random.pick(['dhl_express', 'fedex', 'ups', 'royal_mail', 'dpd']),
    status: random.pick(['label_created', 'in_transit', 'out_for_delivery', 'delivered', 'delivery_failed']),
    weight_kg: random.integer(1, 400) / 10,
    distance_km: random.integer(3, 3000),
    insured: random.chance(0.5),
    signature_required: random.chance(0.5),
    shipped_at: timeText(random),
    estimated_delivery: timeText(random).slice(0, 10),
    recipient: { name: `${first} ${last}`, email, phone: random.chance(0.3) ? null : '+4930123456' },
    destination: { street, city, postal_code, country_code },
    parcels: Array.from({ length: random.integer(1, 3) }, () => ({
      parcel_id: `P-${random.integer(1000, 9999)}`,
      width_cm: random.integer(5, 120),
      height_cm: random.integer(5, 120),
      fragile: random.chance(0.3),
    })),
    tags: random.shuffled(['express', 'gift', 'b2b', 'cold']).slice(0, random.integer(1, 3)),
  };
}

function contactEvent(random: Random): JsonObject {
  const { first, last, email } = person(random);
  return {
    contact_id: random.integer(1000, 99_999_999),
    email,
    first_name: first,
    last_name: last,
    phone: random.chance(0.5) ? null : `+351${random.integer(910_000_000, 969_999_999)}`,
    lifecycle_stage: random.pick([
      'subscriber',
      'lead',
      'marketing_qualified_lead',
      'opportunity',
      'customer',
    ]),
    subscribed: random.chance(0.5),
    created_at: timeText(random),
    birth_date: `${random.integer(1950, 2004)}-${timeText(random).slice(5, 10)}`.replace('02-29', '02-28'),
    score: random.integer(0, 1000) / 10,
    owner_id: random.integer(100, 9999),
    language: random.pick(['en', 'de', 'fr', 'es', 'pt']),
    company: {
      name: `${last} ${random.pick(['GmbH', 'Ltd', 'Lda', 'Inc'])}`,
      domain: `${last.toLowerCase()}.example.com`,
      employees: random.integer(2, 5000),
      industry: random.chance(0.4) ? null : 'retail',
    },
  };
}
