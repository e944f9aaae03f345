/** Reads OTLP messages by the field numbers of its published .proto files; only what the tests look at. */
export type Message = Record<string, unknown>;
type Reader = (message: Message, value: Uint8Array | bigint, name: string) => void;
type Fields = Record<number, [name: string, reader: Reader]>;

export function readProtobuf(signal: string, bytes: Uint8Array): Message {
  const request = requests[signal];
  if (request === undefined) throw new Error(`no signal of OTLP: ${signal}`);
  return read(bytes, request);
}

function read(bytes: Uint8Array, fields: Fields): Message {
  const message: Message = {};
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const value = ofWire(tag & 7);
    const [name, reader] = fields[tag >> 3] ?? [];
    if (name !== undefined) reader!(message, value, name);
  }
  return message;

  function ofWire(type: number): Uint8Array | bigint {
    switch (type) {
      case 0:
        return varint();
      case 1:
        return view.getBigUint64((at += 8) - 8, true);
      case 5:
        return BigInt(view.getUint32((at += 4) - 4, true));
      default: {
        const length = Number(varint());
        return bytes.subarray(at, (at += length));
      }
    }
  }
}

const set =
  (convert: (value: never) => unknown): Reader =>
  (message, value, name) =>
    void (message[name] = convert(value as never));
const add =
  (convert: (value: never) => unknown): Reader =>
  (message, value, name) =>
    void ((message[name] ??= []) as unknown[]).push(convert(value as never));
const text = (value: Uint8Array) => Buffer.from(value).toString();
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
const whole = (value: bigint) => Number(value);
const double = (value: bigint) => new DataView(BigUint64Array.of(value).buffer).getFloat64(0, true);
const many = (value: Uint8Array) =>
  Array.from(
    { length: value.length / 8 },
    (_, index) => new DataView(value.buffer, value.byteOffset + index * 8, 8),
  );
const one = (fields: () => Fields) => (value: Uint8Array) => read(value, fields());

const anyValue: Fields = {
  1: ['stringValue', set(text)],
  2: ['boolValue', set((value: bigint) => value === 1n)],
  3: ['intValue', set(whole)],
  4: ['doubleValue', set(double)],
};
const attribute: Fields = { 1: ['key', set(text)], 2: ['value', set(one(() => anyValue))] };
const attributes = add(one(() => attribute));
const resource: Fields = { 1: ['attributes', attributes] };
const span: Fields = {
  1: ['traceId', set(hex)],
  2: ['spanId', set(hex)],
  3: ['traceState', set(text)],
  4: ['parentSpanId', set(hex)],
  5: ['name', set(text)],
  6: ['kind', set(whole)],
  7: ['startTimeUnixNano', set(String)],
  8: ['endTimeUnixNano', set(String)],
  9: ['attributes', attributes],
  15: ['status', set(one(() => ({ 2: ['message', set(text)], 3: ['code', set(whole)] })))],
};
const record: Fields = {
  1: ['timeUnixNano', set(String)],
  2: ['severityNumber', set(whole)],
  3: ['severityText', set(text)],
  5: ['body', set(one(() => anyValue))],
  6: ['attributes', attributes],
  9: ['traceId', set(hex)],
};
const point: Fields = {
  3: ['timeUnixNano', set(String)],
  4: ['asDouble', set(double)],
  6: ['asInt', set(whole)],
  7: ['attributes', attributes],
};
const histogramPoint: Fields = {
  4: ['count', set(whole)],
  5: ['sum', set(double)],
  6: [
    'bucketCounts',
    set((value: Uint8Array) => many(value).map((each) => Number(each.getBigUint64(0, true)))),
  ],
  7: ['explicitBounds', set((value: Uint8Array) => many(value).map((each) => each.getFloat64(0, true)))],
  9: ['attributes', attributes],
};
const points = (fields: Fields) =>
  set(
    one(() => ({
      1: ['dataPoints', add(one(() => fields))],
      3: ['isMonotonic', set((value: bigint) => value === 1n)],
    })),
  );
const metric: Fields = {
  1: ['name', set(text)],
  5: ['gauge', points(point)],
  7: ['sum', points(point)],
  9: ['histogram', points(histogramPoint)],
};

/** Request, what comes from one resource, what comes from one scope, its items. */
const request = (names: readonly [string, string, string], item: Fields): Fields => {
  const scope: Fields = { 2: [names[2], add(one(() => item))] };
  const ofResource: Fields = {
    1: ['resource', set(one(() => resource))],
    2: [names[1], add(one(() => scope))],
  };
  return { 1: [names[0], add(one(() => ofResource))] };
};
const requests: Record<string, Fields> = {
  traces: request(['resourceSpans', 'scopeSpans', 'spans'], span),
  metrics: request(['resourceMetrics', 'scopeMetrics', 'metrics'], metric),
  logs: request(['resourceLogs', 'scopeLogs', 'logRecords'], record),
};
