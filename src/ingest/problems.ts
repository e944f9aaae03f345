import type { Problem } from '../api/problem.ts';
import type { Refusal } from '../sources/verify/scheme.ts';

export const methodNotAllowed: Problem = {
  status: 405,
  code: 'method_not_allowed',
  title: 'Method not allowed',
  detail: 'Send events with POST.',
};
export const badSource: Problem = {
  status: 404,
  code: 'bad_source_name',
  title: 'Not a source name',
  detail: 'In /ingest/{source}, the source is 1 to 64 letters, digits, dots, dashes or underscores.',
};
export const unsupportedType: Problem = {
  status: 415,
  code: 'unsupported_media_type',
  title: 'Unsupported media type',
  detail:
    'Send application/json (an object or an array), application/x-ndjson (one object a line), CloudEvents, a form (application/x-www-form-urlencoded), or text/plain that is JSON. multipart/form-data is not taken.',
};
export const unavailable: Problem = {
  status: 503,
  code: 'queue_unavailable',
  title: 'The queue does not take events now',
  detail: 'Nothing of this request was stored. Send it again later.',
  retryAfter: 1,
};
export const partlyUnavailable: Problem = {
  ...unavailable,
  detail:
    'Some events of this request may be stored. Send it again later, whole: those that have an id are stored once.',
};
export const notVerifiable: Problem = {
  status: 503,
  code: 'verification_unavailable',
  title: 'The signature cannot be checked now',
  detail: "The sender's certificate can't be read. Nothing of this request was stored. Send it again later.",
  retryAfter: 10,
};
export const internalError: Problem = {
  status: 500,
  code: 'internal_error',
  title: 'Internal error',
  detail: 'The request failed in the service; its log says why. Whether the events were stored is not known.',
};
export const addressNotAllowed: Problem = {
  status: 403,
  code: 'address_not_allowed',
  title: 'Not from this address',
  detail: "The source's allow_ips does not hold the address that this request came from.",
};

/** Says what is wrong, and nothing that would help to guess a signature. */
export function notVerified(reason: Refusal | 'timestamp_too_old'): Problem {
  return { status: 401, code: reason, title: 'The request is not verified', detail: details[reason] };
}

const details: Record<Refusal | 'timestamp_too_old', string> = {
  signature_missing: "The signature that the source's settings ask for is missing.",
  signature_wrong: "The signature does not fit the body and the source's secret.",
  timestamp_missing: 'The time that is signed with the body is missing or unreadable.',
  timestamp_out_of_range: 'The time that is signed lies too far in the future; set the clock.',
  timestamp_too_old:
    'The signature is older than tolerance_seconds allows, and this delivery is not a known one.',
  credentials_missing: "The credentials that the source's settings ask for are missing.",
  credentials_wrong: "The credentials are not the source's.",
  body_unreadable: 'The signature stands within the body, and the body is no JSON object.',
  certificate_refused: 'The certificate that the message names is not one of Amazon SNS.',
  topic_refused: "The message comes from a topic that the source's topics do not name.",
};
