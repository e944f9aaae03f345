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
  ['meta'],
  ['metadata'],
  ['info'],
  ['fields'],
  ['traits'],
  ['context'],
  ['custom_fields'],
  ['extra'],
  ['profile'],
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
