import { describe, expect, it } from 'vitest';
import type { Contract } from '../../../src/contracts/contract.ts';
import { contractFromJsonSchema } from '../../../src/contracts/json-schema/compile.ts';
import type { JsonObject } from '../../../src/model/json.ts';
import { heal as healOf } from './evidence-support.ts';

const text = { type: 'string' };
const object = (properties: JsonObject, required: string[]): JsonObject => ({
  type: 'object',
  properties,
  required,
});

/** A booking has a guest with an address, and rooms; the phone and the agent are optional. */
const booking: Contract = contractFromJsonSchema({
  'x-contract': { name: 'booking', version: '1.0.0' },
  ...object(
    {
      reference: text,
      guest: object(
        {
          full_name: text,
          email: { type: 'string', format: 'email' },
          phone: text,
          address: object({ city: text, postal_code: text }, ['city', 'postal_code']),
        },
        ['full_name', 'email', 'address'],
      ),
      agent: object({ agency_code: text, contact_email: text }, ['agency_code']),
      rooms: {
        type: 'array',
        items: object({ room_number: { type: 'integer' }, view: text }, ['room_number']),
      },
      remarks: text,
    },
    ['reference', 'guest', 'rooms'],
  ),
});

const address = { city: 'Lisbon', postal_code: '1100-148' };
const guest = { full_name: 'Ana Lima', email: 'ana@example.com', phone: '+351 21 1', address };
const valid: JsonObject = {
  reference: 'B-1',
  guest,
  agent: { agency_code: 'AG7', contact_email: 'desk@example.com' },
  rooms: [{ room_number: 12, view: 'sea' }, { room_number: 14 }],
  remarks: 'late',
};
const without = (...fields: string[]): JsonObject =>
  Object.fromEntries(Object.entries(valid).filter(([name]) => !fields.includes(name)));

const heal = (event: JsonObject) => healOf(booking, event);

describe('an object whose fields are elsewhere', () => {
  it.each<[string, JsonObject]>([
    [
      'with its name as a prefix, optional fields too',
      {
        ...without('guest'),
        guest_full_name: guest.full_name,
        guest_email: guest.email,
        guest_phone: guest.phone,
        guest_address: address,
      },
    ],
    [
      'with both names as a prefix, two levels down',
      {
        ...without('guest'),
        guestFullName: guest.full_name,
        guestEmail: guest.email,
        guestPhone: guest.phone,
        guestAddressCity: address.city,
        guestAddressPostalCode: address.postal_code,
      },
    ],
    [
      'with its name before them, as a path',
      {
        ...without('guest'),
        'guest/full_name': guest.full_name,
        'guest/email': guest.email,
        'guest/phone': guest.phone,
        'guest/address': address,
      },
    ],
    ['in one container of any name, with all the rest', { blob: valid }],
    ['in JSON text, with all the rest', { message: JSON.stringify(valid) }],
  ])('%s', async (_, event) => {
    expect(await heal(event)).toEqual(valid);
  });

  it('is refused when a required field of it is nowhere', async () => {
    const { full_name, phone } = guest;
    expect(await heal({ ...without('guest'), full_name, phone, address })).toMatch('/guest is missing');
  });

  it('under their own names is refused: they may be of another party', async () => {
    expect(await heal({ ...without('guest'), ...guest })).toMatch('/guest is missing');
  });

  it('is put together of its own where those of another party stand beside', async () => {
    const prefixed = { guest_full_name: guest.full_name, guest_email: guest.email, guest_phone: guest.phone };
    const others = { full_name: 'Bo Berg', email: 'bo@example.com' };
    expect(await heal({ ...without('guest'), ...prefixed, ...others, guest_address: address })).toMatchObject(
      {
        guest,
      },
    );
  });
});

describe('optional fields that drifted along', () => {
  it('are repaired with the required ones: half a repair would look whole', async () => {
    const { reference, remarks, ...rest } = valid;
    expect(await heal({ ...rest, Reference: reference!, Remarks: remarks! })).toEqual(valid);
  });

  it('an optional object, flattened', async () => {
    const { agent: _, reference, ...rest } = valid;
    const event = {
      ...rest,
      Reference: reference!,
      agent_agency_code: 'AG7',
      agent_contact_email: 'desk@example.com',
    };
    expect(await heal(event)).toEqual(valid);
  });

  it('in those elements of a list that have them', async () => {
    const rooms: JsonObject[] = [{ roomNumber: 12, View: 'sea' }, { roomNumber: 14 }];
    expect(await heal({ ...without('rooms'), rooms })).toEqual(valid);
  });

  it('are left alone when nothing else is wrong with the event', () => {
    expect(booking.validate({ ...without('remarks'), Remarks: 'late' })).toMatchObject({ ok: true });
  });

  it('are a reason to refuse when they are only named alike', async () => {
    const { reference, remarks, ...rest } = valid;
    expect(await heal({ ...rest, Reference: reference!, booking_remarks: remarks! })).toMatch(
      'may be the optional /remarks',
    );
  });
});

describe('a field in another place', () => {
  it('further up, beside an object that has kept its other fields, is refused: it may be of the whole', async () => {
    const { postal_code, ...rest } = address;
    expect(await heal({ ...valid, postal_code, guest: { ...guest, address: rest } })).toMatch(
      '/guest/address/postal_code',
    );
  });

  it('in one of two containers that both hold its name is refused', async () => {
    const { email, ...rest } = guest;
    const event = { ...valid, guest: { ...rest, data: { email }, info: { email: 'bo@example.com' } } };
    expect(await heal(event)).toMatch('/guest/email could be');
  });

  it('in a container whose name says whose it is is refused', async () => {
    const { reference, ...rest } = valid;
    expect(await heal({ ...rest, previous: { reference: reference! } })).toMatch('/reference is missing');
  });

  it('drift within an object that drifted itself', async () => {
    const { email, ...rest } = guest;
    expect(await heal({ ...without('guest'), Guest: { ...rest, eMail: [email] } })).toEqual(valid);
  });
});
