import { ExactNumber, compareNumbers, decimalOf, isWholeNumber } from '../../model/exact-number.ts';
import { type Json, type JsonObject, isObject } from '../../model/json.ts';
import { decimalSize } from '../../model/decimal.ts';
import { type TextForm, formsOf } from './text-forms.ts';

/** More different values than this are not told apart: they make no list of choices. */
const mostChoices = 32;
/** To tell whether a value repeats, in each field. */
const mostRemembered = 200_000;
/** Fields that are looked at, in all: random names must not fill the memory. */
const mostFields = 20_000;
/** Longer text is no choice and no key. */
const longestChoice = 64;

/** What was seen at one place of the events. */
export interface Profile {
  /** Values that stood here. */
  count: number;
  nulls: number;
  booleans: number;
  integers: number;
  /** Numbers with a fraction, or beyond 64 bits. */
  fractions: number;
  /** The most digits after the point. */
  scale: number;
  texts: number;
  /** Texts of each form. */
  forms: Map<TextForm, number>;
  /** The digits after the point that decimal texts had. */
  textScales: Set<number>;
  longest: number;
  /** How often each text came; undefined once there are too many. */
  choices: Map<string, number> | undefined;
  /** Scalars, to tell whether one came twice; undefined once one did, or there are too many. */
  distinct: Set<string> | undefined;
  objects: number;
  fields: Map<string, Profile>;
  arrays: number;
  items: Profile | undefined;
}

/** Looks at events one by one. The memory it takes has a bound, and the time is in proportion to the events. */
export class Profiler {
  readonly root = emptyProfile();
  #fields = 0;
  /** Fields that were not looked at, as there were too many. */
  cut = 0;

  add(event: JsonObject): void {
    this.#observe(event, this.root);
  }

  #observe(value: Json, profile: Profile): void {
    profile.count++;
    if (value === null) profile.nulls++;
    else if (typeof value === 'boolean') profile.booleans++;
    else if (typeof value === 'number' || value instanceof ExactNumber) observeNumber(value, profile);
    else if (typeof value === 'string') observeText(value, profile);
    else if (Array.isArray(value)) {
      profile.arrays++;
      const items = (profile.items ??= emptyProfile());
      for (const item of value) this.#observe(item, items);
    } else if (isObject(value)) this.#observeFields(value, profile);
  }

  #observeFields(object: JsonObject, profile: Profile): void {
    profile.objects++;
    for (const [name, value] of Object.entries(object)) {
      let field = profile.fields.get(name);
      if (field === undefined) {
        if (this.#fields >= mostFields) {
          this.cut++;
          continue;
        }
        this.#fields++;
        profile.fields.set(name, (field = emptyProfile()));
      }
      this.#observe(value, field);
    }
  }
}

export function emptyProfile(): Profile {
  return {
    count: 0,
    nulls: 0,
    booleans: 0,
    integers: 0,
    fractions: 0,
    scale: 0,
    texts: 0,
    forms: new Map(),
    textScales: new Set(),
    longest: 0,
    choices: new Map(),
    distinct: new Set(),
    objects: 0,
    fields: new Map(),
    arrays: 0,
    items: undefined,
  };
}

const isInt64 = (value: number | ExactNumber): boolean =>
  isWholeNumber(value) && compareNumbers(value, -(2n ** 63n)) >= 0 && compareNumbers(value, 2n ** 63n) < 0;

function observeNumber(value: number | ExactNumber, profile: Profile): void {
  const decimal = decimalOf(value);
  const size = decimalSize(decimal);
  if (isInt64(value)) profile.integers++;
  else {
    profile.fractions++;
    profile.scale = Math.max(profile.scale, size.after);
    if (size.before > 18) profile.scale = Infinity;
  }
  remember(String(value), profile);
}

function observeText(text: string, profile: Profile): void {
  profile.texts++;
  profile.longest = Math.max(profile.longest, text.length);
  for (const form of formsOf(text)) profile.forms.set(form, (profile.forms.get(form) ?? 0) + 1);
  const fraction = /^-?\d+\.(\d+)$/.exec(text.length <= longestChoice ? text : '')?.[1];
  if (fraction !== undefined) profile.textScales.add(fraction.length);
  if (text.length > longestChoice) profile.choices = undefined;
  profile.choices?.set(text, (profile.choices.get(text) ?? 0) + 1);
  if (profile.choices !== undefined && profile.choices.size > mostChoices) profile.choices = undefined;
  remember(text, profile);
}

function remember(text: string, profile: Profile): void {
  const { distinct } = profile;
  if (distinct === undefined) return;
  if (distinct.has(text) || text.length > 256 || distinct.size >= mostRemembered)
    profile.distinct = undefined;
  else distinct.add(text);
}

/** What was seen in both. */
export function merged(profiles: Iterable<Profile>): Profile {
  const sum = emptyProfile();
  sum.choices = undefined;
  sum.distinct = undefined;
  for (const profile of profiles) {
    for (const name of counts) sum[name] += profile[name];
    sum.scale = Math.max(sum.scale, profile.scale);
    sum.longest = Math.max(sum.longest, profile.longest);
    for (const [form, count] of profile.forms) sum.forms.set(form, (sum.forms.get(form) ?? 0) + count);
    for (const scale of profile.textScales) sum.textScales.add(scale);
    for (const [name, field] of profile.fields) {
      const known = sum.fields.get(name);
      sum.fields.set(name, known === undefined ? field : merged([known, field]));
    }
    if (profile.items !== undefined)
      sum.items = sum.items === undefined ? profile.items : merged([sum.items, profile.items]);
  }
  return sum;
}

const counts = ['count', 'nulls', 'booleans', 'integers', 'fractions', 'texts', 'objects', 'arrays'] as const;
