/** What systems put before and after the names of their fields. `%` is the name in snake case. */
export const affixes: readonly { style: string; pattern: string; case?: 'camel' | 'pascal' }[] = [
  { style: 'Salesforce custom field', pattern: '%__c', case: 'pascal' },
  { style: 'Salesforce custom field, snake case', pattern: '%__c' },
  { style: 'HubSpot property', pattern: 'hs_%' },
  { style: 'extension header', pattern: 'x_%' },
  { style: 'WooCommerce meta key', pattern: '_%' },
  { style: 'Mailchimp merge field', pattern: 'merge_%' },
  { style: 'Segment trait', pattern: 'trait_%' },
  { style: 'Hungarian', pattern: 'str_%', case: 'camel' },
  { style: 'form field', pattern: 'fld_%' },
  { style: 'column', pattern: 'col_%' },
  { style: 'Zuora custom field', pattern: '%__z' },
  { style: 'value suffix', pattern: '%_value' },
  { style: 'field suffix', pattern: '%_field' },
  { style: 'text suffix', pattern: '%_text' },
  { style: 'raw suffix', pattern: '%_raw' },
  { style: 'string suffix', pattern: '%_str' },
  { style: 'data suffix', pattern: '%_data' },
  { style: 'trailing underscore', pattern: '%_' },
];

/** What a sender may call the thing that an event is about, and put before its fields. */
export const entityPrefixes: Readonly<Record<string, readonly string[]>> = {
  transaction: ['transaction', 'txn', 'payment', 'trx', 'tx'],
  order: ['order', 'ord', 'purchase', 'sales_order', 'checkout'],
  shipment: ['shipment', 'ship', 'parcel', 'delivery', 'fulfillment'],
  contact: ['contact', 'person', 'lead', 'crm', 'customer'],
};
