/** Where things lie in JetStream. Everything of one service begins with its prefix, so that several share a cluster. */
export interface Layout {
  readonly prefix: string;
  /** The stream of a topic. */
  streamOf(topic: string): string;
  /** On which a topic's blocks are published. */
  subjectOf(topic: string): string;
  /** The topic of a stream; undefined for other streams. */
  topicOf(stream: string): string | undefined;
  /** All topics' subjects. */
  readonly topicSubjects: string;
  /** The durable consumer of a group, on its topic's stream. */
  consumerOf(group: string): string;
  /** Undefined for other consumers. */
  groupOf(consumer: string): string | undefined;
  /** What was deferred, of all topics and groups. */
  readonly retryStream: string;
  readonly retrySubjects: string;
  /** Below it: one token, the number of events. */
  retrySubjectOf(topic: string, group: string): string;
  retryConsumerOf(topic: string, group: string): string;
  /** Topic, group and events of a subject of the retry stream. */
  readRetrySubject(subject: string): { topic: string; group: string; events: number } | undefined;
  /** Bodies and values that are too large for one message. */
  readonly largeStream: string;
  readonly largeSubjects: string;
  largeSubject(owner: string, id: string): string;
  readonly stateBucket: string;
  readonly metaBucket: string;
}

/** `prefix` has letters, digits, "_" and "-" only; the config checks that. */
export function layoutOf(prefix: string): Layout {
  const topicRoot = `${prefix}.t.`;
  const retryRoot = `${prefix}.r.`;
  const streamRoot = `${prefix}_t_`;
  return {
    prefix,
    streamOf: (topic) => streamRoot + encodeToken(topic),
    subjectOf: (topic) => topicRoot + encodeToken(topic),
    topicOf: (stream) =>
      stream.startsWith(streamRoot) ? decodeToken(stream.slice(streamRoot.length)) : undefined,
    topicSubjects: `${topicRoot}*`,
    // Told by it from readers of ours, which come and go under names that NATS' client makes.
    consumerOf: (group) => consumerMark + encodeToken(group),
    groupOf: (consumer) =>
      consumer.startsWith(consumerMark) ? decodeToken(consumer.slice(consumerMark.length)) : undefined,
    retryStream: `${prefix}_retry`,
    retrySubjects: `${retryRoot}>`,
    retrySubjectOf: (topic, group) => `${retryRoot}${encodeToken(topic)}.${encodeToken(group)}`,
    // Two tokens, joined by what no token begins or ends with after its escapes.
    retryConsumerOf: (topic, group) => `${encodeToken(topic)}=_${encodeToken(group)}`,
    readRetrySubject(subject) {
      const [topic, group, events] = subject.slice(retryRoot.length).split('.');
      if (topic === undefined || group === undefined || events === undefined) return undefined;
      return { topic: decodeToken(topic), group: decodeToken(group), events: Number(events) };
    },
    largeStream: `${prefix}_large`,
    largeSubjects: `${prefix}.l.>`,
    largeSubject: (owner, id) => `${prefix}.l.${owner}.${id}`,
    stateBucket: `${prefix}_state`,
    metaBucket: `${prefix}_meta`,
  };
}

const empty = '=';
const consumerMark = 'g=';

/**
 * Text as one token of a subject, which is also fit for the name of a stream, a consumer or a file: bytes other than
 * letters, digits, "-" and "_" become "=" and two hex digits.
 */
export function encodeToken(text: string): string {
  if (text === '') return empty;
  if (/^[\w-]+$/.test(text)) return text;
  let token = '';
  for (const byte of Buffer.from(text)) {
    const char = String.fromCharCode(byte);
    token += byte < 0x80 && /[\w-]/.test(char) ? char : `=${byte.toString(16).padStart(2, '0')}`;
  }
  return token;
}

export function decodeToken(token: string): string {
  if (token === empty) return '';
  if (!token.includes('=')) return token;
  const bytes: number[] = [];
  for (let at = 0; at < token.length; at++) {
    if (token[at] !== '=') bytes.push(token.charCodeAt(at));
    else {
      bytes.push(Number.parseInt(token.slice(at + 1, at + 3), 16));
      at += 2;
    }
  }
  return Buffer.from(bytes).toString();
}

/** A key's "/" separates tokens, so that the keys below a prefix that ends in "/" are one subject with a wildcard. */
export function encodeKey(key: string): string {
  return key.split('/').map(encodeToken).join('.');
}

export function decodeKey(subject: string): string {
  return subject.split('.').map(decodeToken).join('/');
}

/** The subject, with wildcard, of all keys below the longest part of the prefix that ends in "/". */
export function wildcardOf(root: string): string {
  return root === '' ? '>' : `${encodeKey(root.slice(0, -1))}.>`;
}
