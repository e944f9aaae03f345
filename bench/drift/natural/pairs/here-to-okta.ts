import type { NaturalPair } from '../pair.ts';
import { move, moveAll } from '../plan-words.ts';

export const hereToOkta: NaturalPair[] = [
  {
    id: 'here.address.location',
    source: 'HERE Geocoder notes, 6.2 → 7',
    change: 'recase',
    answer: 'plain',
    contract: { address: { label: 'string', city: 'string', postalCode: 'string', houseNumber: 'string' } },
    was: {
      address: {
        label: 'Invalidenstr. 117, Berlin',
        city: 'Berlin',
        postalCode: '10115',
        houseNumber: '117',
      },
    },
    is: {
      Location: {
        LocationId: 'NT_1',
        Address: {
          Label: 'Invalidenstr. 117, Berlin',
          City: 'Berlin',
          PostalCode: '10115',
          HouseNumber: '117',
        },
      },
    },
    plan: [
      move('/Location/Address/Label', '/address/label'),
      move('/Location/Address/City', '/address/city'),
      move('/Location/Address/PostalCode', '/address/postalCode'),
      move('/Location/Address/HouseNumber', '/address/houseNumber'),
    ],
  },
  {
    id: 'openweather.current.main',
    source: 'PyPI pyowm (2.5 → 3.0)',
    change: 'choice',
    answer: 'teachable',
    contract: { lat: 'number', main: { temp: 'number', humidity: 'integer' } },
    was: { lat: 33.44, main: { temp: 292.55, humidity: 89 } },
    is: {
      lat: 33.44,
      current: { temp: 292.55, humidity: 89, dt: 1684929490 },
      hourly: [{ temp: 292.01, humidity: 91 }],
    },
    plan: moveAll('/current', '/main', ['temp', 'humidity']),
    why: 'now, or one of the hours',
  },
  {
    id: 'okta.log.actor',
    source: 'npm @okta/okta-sdk-nodejs (Events → System Log)',
    change: 'choice',
    answer: 'refuse',
    contract: { published: 'date-time', actor: { id: 'string', displayName: 'string' } },
    was: { published: '2026-12-15T20:21:06Z', actor: { id: '00u1', displayName: 'Ana Silva' } },
    is: {
      published: '2026-12-15T20:21:06Z',
      actors: [
        { id: '00u1', displayName: 'Ana Silva', objectType: 'User' },
        { id: 'Mozilla/5.0', displayName: 'CHROME', objectType: 'Client' },
      ],
    },
    why: 'one of two',
  },
];
