import type { JsonObject } from '../../model/json.ts';
import type { Profile } from './profile.ts';
import type { TextForm } from './text-forms.ts';

const formats: readonly TextForm[] = ['date-time', 'date', 'uuid', 'email', 'uri', 'ipv4'];

/** Enough texts to believe that they are all there are. */
const enoughTexts = 20;
const mostChoices = 12;
/** Each choice came this often, on average. */
const repeats = 5;
/** As codes are written: no free text, no id. */
const code = /^[A-Za-z][A-Za-z0-9_.:/-]{0,39}$/;
/** Fields whose text is free, however few different ones came. */
const freeName =
  /(?:name|title|description|message|note|comment|text|label|url|path|email|city|address|street|version|user|locale|id|key|token|reference)$/i;

export function textSchema(profile: Profile, name: string): JsonObject {
  const { texts, forms } = profile;
  const format = formats.find((form) => forms.get(form) === texts);
  if (format !== undefined)
    return { $comment: `all ${texts} texts have this format`, type: 'string', format };
  const amount = amountSchema(profile, name);
  if (amount !== undefined) return amount;
  const choices = choicesOf(profile, name);
  if (choices !== undefined) {
    const counts = choices.map(([text, count]) => `${text} ${count}`).join(', ');
    return {
      $comment: `${texts} texts: ${counts}`,
      type: 'string',
      enum: choices.map(([text]) => text),
    };
  }
  if (forms.get('digits') === texts)
    return {
      $comment: `${texts} of ${texts} are digits: text, as zeros may lead`,
      type: 'string',
      pattern: '^[0-9]+$',
    };
  return { type: 'string' };
}

/** Amounts as text, all with the same digits after the point: `"12.50"`. */
function amountSchema({ texts, forms, textScales }: Profile, name: string): JsonObject | undefined {
  const [scale] = textScales;
  if (forms.get('decimal') !== texts || textScales.size !== 1 || scale === undefined) return undefined;
  if (scale < 2 || scale > 4 || /version/i.test(name)) return undefined;
  return {
    $comment: `${texts} of ${texts} are decimals with ${scale} digits after the point`,
    type: 'string',
    pattern: `^-?[0-9]+\\.[0-9]{${scale}}$`,
    maxLength: 30,
    'x-column': `decimal(38,${scale})`,
  };
}

/** The texts with their counts, the most frequent first, when they look like all that there are. */
export function choicesOf(
  { choices, texts }: Profile,
  name: string,
): [text: string, count: number][] | undefined {
  if (choices === undefined || texts < enoughTexts || freeName.test(name)) return undefined;
  if (choices.size > mostChoices || texts / choices.size < repeats) return undefined;
  const all = [...choices].toSorted(([, a], [, b]) => b - a);
  return all.every(([text, count]) => count >= 2 && code.test(text)) ? all : undefined;
}
