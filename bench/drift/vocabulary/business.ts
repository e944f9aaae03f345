/**
 * What a sender may send instead of an amount, from which it would have to be computed. `parts` are shares of the
 * amount in hundredths: each is rounded, and none is the amount.
 */
export interface Computed {
  field: RegExp;
  what: string;
  parts: Readonly<Record<string, number>>;
}

const money = /(^|_)(amount|price|total)$/;
const counted =
  /(^|_)(quantity|employees|forks|watchers|open_issues|comments|additions|deletions|size|number)$/;

export const computed: readonly Computed[] = [
  { field: money, what: 'net plus tax', parts: { net_amount: 84, tax_amount: 16 } },
  { field: money, what: 'gross minus discount', parts: { gross_amount: 125, discount_amount: 25 } },
  { field: money, what: 'subtotal, shipping and tax', parts: { subtotal: 80, shipping: 7, tax: 13 } },
  { field: money, what: 'before fees', parts: { amount_before_fees: 103, processing_fee: 3 } },
  { field: money, what: 'after refund', parts: { captured_amount: 140, refunded_amount: 40 } },
  { field: money, what: 'Shopify totals', parts: { subtotal_price: 85, total_tax: 15, total_discounts: 5 } },
  { field: money, what: 'net alone', parts: { net: 81 } },
  { field: money, what: 'gross alone', parts: { gross: 119 } },
  { field: money, what: 'excluding VAT', parts: { amount_excl_vat: 84, vat_rate: 19 } },
  { field: money, what: 'balances', parts: { opening_balance: 500, closing_balance: 400 } },
  { field: money, what: 'discounted', parts: { discounted_total: 90, total_discount: 10 } },
  { field: money, what: 'instalments', parts: { instalment_amount: 25, instalments: 4 } },
  { field: /weight_kg$/, what: 'tare and gross', parts: { tare_weight: 15, gross_weight: 115 } },
  { field: /distance_km$/, what: 'odometer', parts: { odometer_start: 900, odometer_end: 1000 } },
  { field: counted, what: 'counts by sort', parts: { active_count: 60, inactive_count: 40 } },
  { field: counted, what: 'running totals', parts: { total_before: 300, total_after: 400 } },
  { field: /^score$/, what: 'weighted score', parts: { fit_score: 70, engagement_score: 120 } },
];
