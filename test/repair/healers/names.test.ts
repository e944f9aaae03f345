import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../../src/model/json.ts';
import { contract, email, heal, integer, moment, number, text } from './evidence-support.ts';

/** What becomes of a field of this name, in an event of a contract that misses one. */
async function found(
  of: string,
  field: string,
  schema: JsonObject,
  name: string,
  value: Json,
): Promise<boolean> {
  const one = contract(of, { [field]: schema, ref_no: text });
  const healed = await heal(one, { [name]: value, ref_no: 'r' });
  if (typeof healed === 'string') expect(healed).toMatch(`/${field}`);
  else expect(healed).toMatchObject({ [field]: value });
  return typeof healed !== 'string';
}

describe("a word of the contract's own name", () => {
  it.each([
    ['loan_payment', 'amount', 'loan_amount'],
    ['payment_refund', 'amount', 'payment_amount'],
    ['invoice_line', 'amount', 'invoice_amount'],
    ['order_item', 'total', 'order_total'],
    ['sale', 'price', 'sale_price'],
    ['auction', 'price', 'auction_price'],
    ['unit', 'price', 'unit_price'],
    ['item', 'count', 'item_count'],
    ['card_charge', 'limit', 'card_limit'],
    ['transaction', 'amount', 'transaction_amount'],
    ['order', 'total', 'order_total'],
    ['flight_booking', 'duration', 'flight_duration'],
    ['tax', 'amount', 'tax_amount'],
  ])('a %s is not given its %s by %s', async (of, field, name) => {
    expect(await found(of, field, number, name, 12)).toBe(false);
  });

  it.each([
    ['tax_rate', 'display_name', 'tax_rate_display_name'],
    ['gift_card', 'status', 'giftCardStatus'],
    ['price_list', 'id', 'price_list_id'],
    ['store_location', 'timezone', 'store_location_timezone'],
  ])('but a %s is given its %s by the whole name and the field, %s', async (of, field, name) => {
    expect(await found(of, field, text, name, 'x')).toBe(true);
  });
});

describe('a word that is not always empty', () => {
  it.each([
    ['tax', 'property_tax'],
    ['address', 'property_address'],
    ['weight', 'payload_weight'],
    ['limit', 'data_limit'],
    ['usage', 'data_usage'],
    ['width', 'column_width'],
    ['color', 'text_color'],
    ['area', 'field_area'],
    ['capacity', 'payload_capacity'],
    ['stock', 'stock_value'],
    ['market', 'market_data'],
    ['product', 'product_info'],
    ['gain', 'value_gain'],
    ['rating', 'content_rating'],
  ])('/%s is not %s', async (field, name) => {
    expect(await found('thing', field, number, name, 12)).toBe(false);
    expect(await found('thing', field, text, name, 'x')).toBe(false);
  });

  it.each([
    ['contact_email', email, 'contact_email_value', 'ana@example.com'],
    ['amount', number, 'amount_value', 12],
    ['tracking_number', text, 'tracking_number_field', 'T1'],
    ['email', email, 'email_field', 'ana@example.com'],
    ['ordered_at', moment, 'ordered_date', '2026-11-23T20:48:31Z'],
    ['shipped_at', moment, 'shipped_on', '2026-11-23T20:48:31Z'],
    ['email', email, 'emailAddress', 'ana@example.com'],
    ['shipping_city', text, 'shipping_address_city', 'Porto'],
  ])('/%s is %s as %s', async (field, schema, name, value) => {
    expect(await found('thing', field, schema, name, value)).toBe(true);
  });
});

describe('a slip of the keys', () => {
  it.each([
    ['job_identifier', 'job_identfier'],
    ['shipment_reference', 'shipment_refernce'],
    ['tracking_code', 'trackng_code'],
    ['department', 'deparmtent'],
    ['accommodation', 'accomodation'],
    ['subscription_plan', 'subscripton_plan'],
    ['warehouse', 'warehuose'],
    ['occurrence', 'occurence'],
    ['manufacturer', 'manufacterer'],
    ['cancelled_reason', 'canceled_reason'],
    ['favourite_colour', 'favorite_color'],
    ['event_code', 'evnt_code'],
    ['given_name', 'given_nmae'],
    ['avatar_url', 'avatsr_url'],
    ['recipient_name', 'recip_name'],
    ['order_status', 'order_status__c'],
  ])('/%s is %s', async (field, name) => {
    expect(await found('thing', field, text, name, 'x')).toBe(true);
  });

  it.each([
    ['tracking_code', 'tracing_code'],
    ['carriage', 'carnage'],
    ['message_body', 'massage_body'],
    ['marital_state', 'martial_state'],
    ['country', 'county'],
    ['charge_reason', 'change_reason'],
    ['desert', 'dessert'],
    ['patient', 'patent'],
    ['expires', 'expired'],
    ['causal_link', 'casual_link'],
    ['trackingcode', 'tracingcode'],
    ['employer', 'employee'],
    ['user_name', 'use_name'],
    ['node_ip', 'node_id'],
    ['price_note', 'prize_note'],
    ['customer_ref', 'custom_ref'],
  ])('/%s is not %s, which is another word', async (field, name) => {
    expect(await found('thing', field, text, name, 'x')).toBe(false);
  });

  it.each([
    ['nachname', 'nachnahme'],
    ['verkauf', 'verlauf'],
    ['vendedor', 'vencedor'],
    ['forderung', 'foerderung'],
  ])('/%s is not %s: of a language that is not known, both may be words', async (field, name) => {
    expect(await found('thing', field, text, name, 'x')).toBe(false);
  });

  it("is none when it makes another field's name", async () => {
    const call = contract('call', { contact_ref: text, 'conatct_ref?': text, other: text });
    expect(await heal(call, { conatct_ref: 'x', other: 'y' })).toMatch('/contact_ref');
  });
});

describe('a form of the name that counts', () => {
  it.each<[string, JsonObject, string, Json]>([
    ['hour', integer, 'hours', 14],
    ['day', integer, 'days', 3],
    ['point', number, 'points', '12.5'],
    ['kilometre', number, 'kilometres', 12.5],
    ['minute', integer, 'minutes', '45'],
    ['seat', integer, 'seats', [2]],
    ['length', number, 'lens', 35],
    ['tag', text, 'tags', 'red, blue'],
    ['month', integer, 'months', 12],
    ['amount', number, 'amounts', 12],
    ['scores', integer, 'score', 3],
    ['power_MW', number, 'power_mW', 5],
    ['power_mW', number, 'power_MW', 5],
    ['power_MW', number, 'powermW', 5],
    ['rate_Mb', number, 'rate_MB', 5],
    ['pressure_MPa', number, 'pressure_mPa', 5],
  ])('/%s is not %s: %s', async (field, schema, name, value) => {
    expect(await found('thing', field, schema, name, value)).toBe(false);
  });

  it.each<[string, JsonObject, string, Json]>([
    ['email', email, 'emails', 'ana@example.com'],
    ['amount', number, 'amounts', 12.5],
    ['order_id', text, 'order_ids', 'O-77'],
    ['item_status', text, 'item_statuses', 'open'],
    ['power_MW', number, 'powerMW', 5],
    ['size_mb', number, 'sizeMb', 5],
    ['power_kw', number, 'POWER_KW', 5],
    ['hours', integer, 'Hours', 5],
    ['frequency_mhz', number, 'FREQUENCY_MHZ', 5],
  ])('/%s is %s: %s', async (field, schema, name, value) => {
    expect(await found('thing', field, schema, name, value)).toBe(true);
  });
});

describe('whose a field is', () => {
  it.each([
    ['contact', 'email', 'user_email'],
    ['lead', 'email', 'customer_email'],
    ['customer', 'email', 'user_email'],
    ['member', 'email', 'client_email'],
    ['prospect', 'email', 'user_email'],
    ['job_applicant', 'email', 'user_email'],
    ['employee', 'email', 'client_email'],
    ['account', 'email', 'user_email'],
    ['contact', 'email', 'contact_email'],
  ])('of a %s, %s is not %s', async (of, field, name) => {
    expect(await found(of, field, email, name, 'ana@example.com')).toBe(false);
  });

  it.each(['booking', 'transaction', 'card_payment', 'shop_order', 'signup', 'event_registration'])(
    'but of what people do, a %s, it is',
    async (of) => {
      expect(await found(of, 'email', email, 'customer_email', 'ana@example.com')).toBe(true);
    },
  );
});
