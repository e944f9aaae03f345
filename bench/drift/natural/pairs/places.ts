import type { NaturalPair } from '../pair.ts';

export const places: NaturalPair[] = [
  {
    id: 'places.place.price',
    source: 'npm @googlemaps/google-maps-services-js 3 (Places → Places (New))',
    change: 'meaning',
    answer: 'refuse',
    contract: { rating: 'number', price_level: 'integer' },
    was: { rating: 4, price_level: 2 },
    is: { rating: 4, priceLevel: 'PRICE_LEVEL_MODERATE', userRatingCount: 2 },
    why: 'a word where a number was',
  },
];
