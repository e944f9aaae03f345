import type { SourceConfig } from '../config/types.ts';
import { type Drift, added, lost, nested, renamed, respelled, together, within } from './drifts.ts';
import { type MakeEvent, channelOrder, order, shipment, signup, transaction } from './events.ts';

/** A sender of the demo. */
export interface DemoSource {
  name: string;
  contract: SourceConfig;
  make: MakeEvent;
  /** Its part of the stream. */
  weight: number;
  /** What goes wrong, and in which share of its events; the rest is clean. */
  drifts: readonly { share: number; drift: Drift }[];
}

/** Some are calm, some drift in ways that heuristics repair and rules remember, some send what only a person can settle. */
export const demoSources: readonly DemoSource[] = [
  {
    name: 'stripe',
    contract: { contract: 'transaction' },
    make: transaction,
    weight: 8,
    drifts: [{ share: 0.05, drift: added('risk_score', (random) => random.whole(0, 100)) }],
  },
  {
    name: 'legacy-pos',
    contract: { contract: 'transaction' },
    make: transaction,
    weight: 3,
    drifts: [
      { share: 0.25, drift: renamed('email', 'user_email') },
      { share: 0.15, drift: together(renamed('amount', 'Amount'), renamed('user_id', 'userId')) },
      { share: 0.1, drift: respelled('amount', (text) => ` ${text} `) },
      // What "12,50" means depends on who wrote it: nothing is guessed.
      { share: 0.05, drift: respelled('amount', (text) => text.replace('.', ',')) },
      // `price` is not `amount` until somebody says so: to be learned from a person's edit.
      { share: 0.06, drift: renamed('amount', 'price') },
    ],
  },
  {
    name: 'shopify',
    contract: { contract: 'order' },
    make: order,
    weight: 5,
    drifts: [
      { share: 0.12, drift: within('payload', renamed('total_amount', 'totalAmount')) },
      { share: 0.03, drift: added('tags', (random) => [random.pick(['gift', 'vip', 'b2b'])]) },
    ],
  },
  {
    name: 'marketplace',
    contract: { contract: 'order' },
    make: channelOrder,
    weight: 3,
    drifts: [
      { share: 0.2, drift: respelled('channel', (text) => text.toUpperCase()) },
      { share: 0.08, drift: respelled('channel', () => 'tiktok') },
      { share: 0.1, drift: renamed('placed_at', 'placedAt') },
    ],
  },
  {
    name: 'dhl',
    contract: { contract: 'shipment' },
    make: shipment,
    weight: 4,
    drifts: [{ share: 0.08, drift: renamed('tracking_number', 'trackingNumber') }],
  },
  {
    name: 'warehouse',
    contract: { contract: 'shipment' },
    make: shipment,
    weight: 2,
    drifts: [
      { share: 0.25, drift: renamed('weight_kg', 'weightKg') },
      { share: 0.12, drift: respelled('weight_kg', (text) => `${text} kg`) },
      { share: 0.1, drift: respelled('status', () => 'LOST') },
      { share: 0.08, drift: lost('shipped_at') },
    ],
  },
  {
    name: 'crm',
    contract: { contract: 'signup' },
    make: signup,
    weight: 3,
    drifts: [
      { share: 0.2, drift: added('utm_campaign', (random) => random.pick(['spring', 'launch', 'referral'])) },
      { share: 0.1, drift: respelled('seats', (text) => text) },
      { share: 0.1, drift: respelled('email', (text) => ` ${text}`) },
      { share: 0.08, drift: nested('name', 'first_name', 'last_name') },
      { share: 0.05, drift: respelled('newsletter', () => 'maybe') },
    ],
  },
  {
    name: 'partner-api',
    contract: { contract: 'transaction' },
    make: transaction,
    weight: 1,
    drifts: [
      { share: 0.3, drift: added('version', () => '3.0.0') },
      { share: 0.2, drift: respelled('currency', (text) => text.toLowerCase()) },
    ],
  },
];
