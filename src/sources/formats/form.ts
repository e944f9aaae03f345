import { addTo } from '../../support/add-to.ts';
import { isUtf8 } from 'node:buffer';
import type { Problem } from '../../api/problem.ts';
import { type Result, fail, ok } from '../../model/result.ts';

/**
 * A form as JSON text: the field `payload`, when it is alone and holds JSON (GitHub, Slack), else an object of all fields; one
 * that comes several times is an array. Each value stays text. JSON that is only called a form, as by `curl -d`, stays as it is.
 */
export function readForm(
  body: Buffer,
  contentType: string | undefined,
  maxFields: number,
): Result<string, Problem> {
  const text = withoutMark(body.toString('latin1'));
  // An encoder writes no bare bracket and no bare quotation mark.
  if (/^\s*(?:\{\s*["}]|\[\s*[{\]])/.test(text)) return ok(body.toString());
  const read = readFields(text, charsetOf(contentType) ?? charsetWithin(text) ?? 'utf-8', maxFields);
  if (!read.ok) return read;
  const fields = read.value;
  const payload = fields.get('payload');
  if (fields.size === 1 && payload?.length === 1 && /^\s*[[{]/.test(payload[0]!))
    return ok(payload[0]!.trim());
  if (fields.size === 0) return fail(invalid('The form has no field.'));
  const members = [...fields].map(
    ([name, values]) => `${JSON.stringify(name)}:${JSON.stringify(values.length === 1 ? values[0] : values)}`,
  );
  return ok(`{${members.join(',')}}`);
}

/** `text`: each character a byte. */
function readFields(
  text: string,
  charset: string,
  maxFields: number,
): Result<Map<string, string[]>, Problem> {
  const decoder = decoderOf(charset);
  if (decoder === undefined) return fail(invalid('Its character set is not known.'));
  const fields = new Map<string, string[]>();
  const parts = text.split('&', maxFields + 1).filter((part) => part !== '');
  if (parts.length > maxFields) return fail(invalid(`At most ${maxFields} fields are taken.`));
  for (const part of parts) {
    const at = part.indexOf('=');
    const name = decoder(part.slice(0, at === -1 ? undefined : at));
    const value = decoder(at === -1 ? '' : part.slice(at + 1));
    if (name === undefined || value === undefined)
      return fail(invalid(`It is not ${charset}; name its character set in Content-Type, as charset=….`));
    if (name === '__proto__') return fail(invalid('The field "__proto__" is not allowed.'));
    addTo(fields, name, value);
  }
  return ok(fields);
}

/** Reads a name or a value; undefined when its bytes are not of the character set. */
function decoderOf(charset: string): ((text: string) => string | undefined) | undefined {
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(charset, { fatal: true, ignoreBOM: true });
  } catch {
    return undefined; // no such character set
  }
  return (text) => {
    const bytes = Buffer.from(
      text
        .replaceAll('+', ' ')
        .replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
      'latin1',
    );
    if (charset === 'utf-8') return isUtf8(bytes) ? bytes.toString() : undefined;
    // Node decodes this one as Latin-1.
    if (decoder.encoding === 'windows-1252')
      return bytes
        .toString('latin1')
        .replaceAll(/[\x80-\x9f]/g, (char) => windows1252[char.charCodeAt(0) - 0x80]!);
    try {
      return decoder.decode(bytes);
    } catch {
      return undefined;
    }
  };
}

/** Its bytes from 80 to 9f; some stand for nothing. */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** In lower case; undefined when the header names none. */
function charsetOf(contentType = ''): string | undefined {
  const named = /;\s*charset\s*=\s*"?([\w.:-]+)/i.exec(contentType)?.[1]?.toLowerCase();
  return named === 'utf8' ? 'utf-8' : named;
}

/** As PayPal says it, in a field of the form; undefined when it is named twice, or is not known. */
function charsetWithin(text: string): string | undefined {
  const [named, ...others] = [...text.matchAll(/(?:^|&)charset=([\w.:-]+)(?=&|$)/gi)];
  const charset = named?.[1]?.toLowerCase();
  if (charset === undefined || others.length > 0) return undefined;
  // One that reads ASCII as ASCII: the names of the fields are.
  if (decoderOf(charset)?.('charset') !== 'charset') return undefined;
  return charset === 'utf8' ? 'utf-8' : charset;
}

const withoutMark = (text: string): string => (text.startsWith('\xef\xbb\xbf') ? text.slice(3) : text);

const invalid = (detail: string): Problem => ({
  status: 400,
  code: 'invalid_form',
  title: 'Invalid form',
  detail,
});
