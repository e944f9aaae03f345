/** Objects into which APIs put fields, or whole payloads: path below the object that held them. */
export const wholeContainers: readonly (readonly string[])[] = [
  ['data'],
  ['data', 'object'],
  ['data', 'attributes'],
  ['attributes'],
  ['properties'],
  ['payload'],
  ['detail'],
  ['body'],
  ['fields'],
  ['record'],
  ['event', 'data'],
  ['resource'],
  ['message', 'body'],
  ['content'],
  ['result'],
  ['objectData'],
  ['event'],
];

/** Where a lone field, or a few, are put. */
export const partContainers: readonly (readonly string[])[] = [
  ['data'],
  ['attributes'],
  ['properties'],
  ['details'],
  ['info'],
  ['fields'],
  ['traits'],
  ['custom_fields'],
  ['profile'],
];

/** What stands in these is said about the event, its delivery or its sender, not by it. */
export const asideContainers: readonly (readonly string[])[] = [
  ['meta'],
  ['metadata'],
  ['_meta'],
  ['context'],
  ['_metadata'],
];

/** Fields in which a whole payload travels as JSON text: SNS, SQS, Slack, Pub/Sub, form posts. */
export const textEnvelopes: readonly string[] = [
  'Message',
  'payload',
  'body',
  'data',
  'Body',
  'rawBody',
  'json',
  'event_data',
];
