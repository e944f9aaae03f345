import type { Trade } from './trade.ts';

/** Of people and what is done for them. */
export const services: readonly Trade[] = [
  {
    name: 'vehicle_position',
    contract: {
      vehicle: 'string',
      latitude: 'number',
      longitude: 'number',
      speed: 'number',
      heading: 'number',
    },
    event: { vehicle: 'BUS-7', latitude: 38.72, longitude: -9.14, speed: 32.5, heading: 271.5 },
  },
  {
    name: 'support_ticket',
    contract: {
      ticket_id: 'string',
      subject: 'string',
      priority: '= low, normal, high',
      requester: 'string',
      assignee: 'string',
      opened_at: 'date-time',
    },
    event: {
      ticket_id: 'ST-1',
      subject: 'Login',
      priority: 'high',
      requester: 'Ana',
      assignee: 'Bo',
      opened_at: '2026-03-14T06:20:00Z',
    },
  },
  {
    name: 'stock_level',
    contract: {
      sku: 'string',
      warehouse: 'string',
      quantity: 'integer',
      reserved: 'integer',
      cost: 'number',
    },
    event: { sku: 'A-1', warehouse: 'W2', quantity: 140, reserved: 12, cost: 4.25 },
  },
  {
    name: 'ad_click',
    contract: { campaign: 'string', keyword: 'string', cost: 'number', clicks: 'integer', country: 'string' },
    event: { campaign: 'Spring', keyword: 'shoes', cost: 0.45, clicks: 12, country: 'PT' },
  },
  {
    name: 'subscription',
    contract: {
      subscription_id: 'string',
      plan: 'string',
      price: 'number',
      started_on: 'date',
      active: 'boolean',
    },
    event: { subscription_id: 'SUB-1', plan: 'gold', price: 9.5, started_on: '2026-03-14', active: true },
  },
  {
    name: 'exam_result',
    contract: { student: 'string', subject: 'string', score: 'number', grade: 'string', passed: 'boolean' },
    event: { student: 'ST-4', subject: 'Maths', score: 82.5, grade: 'B', passed: true },
  },
  {
    name: 'ride',
    contract: {
      ride_id: 'string',
      driver: 'string',
      passenger: 'string',
      fare: 'number',
      distance: 'number',
      tip: 'number',
    },
    event: { ride_id: 'R-1', driver: 'Olga', passenger: 'Tom', fare: 14.5, distance: 6.2, tip: 2.5 },
  },
  {
    name: 'donation',
    contract: {
      donor: 'string',
      charity: 'string',
      amount: 'number',
      recurring: 'boolean',
      message: 'string',
    },
    event: { donor: 'Ines', charity: 'Sea', amount: 25.5, recurring: false, message: 'Go on' },
  },
  {
    name: 'work_order',
    contract: {
      order_no: 'string',
      machine: 'string',
      technician: 'string',
      hours: 'number',
      parts_cost: 'number',
    },
    event: { order_no: 'WO-8', machine: 'Press 2', technician: 'Yusuf', hours: 3.5, parts_cost: 81.25 },
  },
  {
    name: 'book_loan',
    contract: { book: 'string', reader: 'string', due: 'date', renewals: 'integer' },
    event: { book: '978-3', reader: 'R-5', due: '2026-05-14', renewals: 2 },
  },
  {
    name: 'crypto_trade',
    contract: {
      trade_id: 'string',
      symbol: 'string',
      side: '= buy, sell',
      price: 'number',
      volume: 'number',
      maker: 'string',
    },
    event: { trade_id: 'X-1', symbol: 'BTCEUR', side: 'buy', price: 61234.5, volume: 0.25, maker: 'm-3' },
  },
  {
    name: 'prescription',
    contract: {
      rx_number: 'string',
      drug: 'string',
      dose: 'number',
      refills: 'integer',
      prescriber: 'string',
    },
    event: { rx_number: 'RX-2', drug: 'Ibuprofen', dose: 400.5, refills: 2, prescriber: 'Dr. Ito' },
  },
  {
    name: 'quote',
    contract: {
      quote_id: 'string',
      customer: 'string',
      total: 'number',
      discount: 'number',
      valid_until: 'date',
    },
    event: { quote_id: 'Q-1', customer: 'Acme', total: 1400.5, discount: 100.5, valid_until: '2026-05-14' },
  },
  {
    name: 'wallet_topup',
    contract: { wallet: 'string', balance: 'number', credit: 'number', channel: 'string' },
    event: { wallet: 'W-1', balance: 40.5, credit: 20.5, channel: 'card' },
  },
  {
    name: 'game_score',
    contract: { player: 'string', points: 'integer', level: 'integer', duration: 'number', rank: 'integer' },
    event: { player: 'neo', points: 8800, level: 12, duration: 301.5, rank: 4 },
  },
];
