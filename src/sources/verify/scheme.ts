import type { IncomingHttpHeaders } from 'node:http';

/** A request as its sender signed it: nothing of it has been parsed. */
export interface SignedRequest {
  method: string;
  /** Path and query, as they stand in the request line. */
  url: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** Why a request is refused, as a stable word for counters and the log. */
export type Refusal =
  | 'signature_missing'
  | 'signature_wrong'
  | 'timestamp_missing'
  | 'timestamp_out_of_range'
  | 'credentials_missing'
  | 'credentials_wrong'
  | 'body_unreadable'
  | 'certificate_refused'
  | 'topic_refused';

/**
 * `late`: the signature is right, and older than the tolerance allows. That is either a replay or a gateway that sends a
 * delivery again as it was; only who remembers deliveries can tell.
 */
export type Verdict = { kind: 'verified' } | { kind: 'late' } | { kind: 'refused'; reason: Refusal };

export interface Verifier {
  verify(request: SignedRequest): Verdict | Promise<Verdict>;
  /** Makes a request that `verify` accepts, for tests of a connection. Absent where only the vendor can sign. */
  sign?: (sample: Sample) => Signed;
}

export interface Sample {
  method: string;
  /** Path and query. */
  url: string;
  body: Buffer;
  /** Milliseconds since 1970. */
  now: number;
}

export interface Signed {
  headers: Record<string, string>;
  /** Where they differ from the sample's. */
  url?: string;
  body?: Buffer;
}

/** The settings of `verify`, read and with their secrets; plain data. */
export interface VerifySettings {
  type: string;
  /** Several while one replaces another: a request that fits one of them is accepted. */
  secrets: string[];
  /** Where they come from: names of environment variables, paths of files. */
  secretFrom?: string[];
  /** How the bytes of the key are spelled in the secret. Default: as UTF-8. */
  secretEncoding?: SecretEncoding;
  header?: string;
  algorithm?: HashName;
  encoding?: DigestEncoding;
  prefix?: string;
  signed?: string;
  timestampHeader?: string;
  toleranceMs?: number;
  username?: string;
  in?: 'header' | 'query';
  name?: string;
  /** Where the sender believes to send to, for those who sign it. */
  url?: string;
  /** What Meta sends back when a subscription is made. */
  verifyToken?: string;
  /** Whether SNS subscriptions are confirmed. */
  confirm?: boolean;
  topics?: string[];
  public?: boolean;
}

export const hashNames = ['sha1', 'sha256', 'sha384', 'sha512'] as const;
export type HashName = (typeof hashNames)[number];

export const digestEncodings = ['hex', 'base64', 'base64url'] as const;
export type DigestEncoding = (typeof digestEncodings)[number];

export const secretEncodings = ['utf8', 'base64', 'hex'] as const;
export type SecretEncoding = (typeof secretEncodings)[number];

/** The settings of the file that a form of verification may have, beside `type`. */
export type VerifySetting =
  | 'secret'
  | 'secret_encoding'
  | 'password'
  | 'header'
  | 'algorithm'
  | 'encoding'
  | 'prefix'
  | 'signed'
  | 'timestamp_header'
  | 'tolerance_seconds'
  | 'username'
  | 'in'
  | 'name'
  | 'url'
  | 'verify_token_env'
  | 'confirm'
  | 'topics'
  | 'public';

/** One form of verification: a vendor's, or a generic one. */
export interface Preset {
  type: string;
  /** What must be set; `secret` stands for `secret_env` or `secret_file`. */
  needs: readonly VerifySetting[];
  takes?: readonly VerifySetting[];
  /** What tells two deliveries apart, unless the source says otherwise: `header:…` or a JSON Pointer into each event. */
  id?: string | readonly string[];
  /** What the vendor takes for success, where that is not every 2xx. */
  respond?: number;
  /** Says what is wrong with a secret, so that a start fails and not every delivery. */
  checkSecret?: (secret: string, encoding?: SecretEncoding) => string | undefined;
  create(settings: VerifySettings, outside?: Outside): Verifier;
}

/** What verification needs of the world beside the request. */
export interface Outside {
  now?: () => number;
  /** Reads a certificate (PEM) from an address that has been checked. */
  fetchCertificate?: (url: string) => Promise<string>;
}

export const verified: Verdict & { kind: 'verified' } = { kind: 'verified' };
export const late: Verdict = { kind: 'late' };
export const refuse = (reason: Refusal): Verdict => ({ kind: 'refused', reason });

/** Most vendors' own libraries allow five minutes. */
export const defaultToleranceMs = 300_000;
