import { describe, expect, it } from 'vitest';
import { likeness } from '../../../src/repair/healers/heuristics/likeness.ts';
import { contract, email, number, text } from './evidence-support.ts';

const rate = contract('tax_rate', {
  display_name: text,
  percentage: number,
  contact_email: email,
  power_MW: number,
  fee_in_cents: number,
  available_disk_gb: number,
});

describe('the likeness of two places by their names alone', () => {
  it.each([
    ['/DisplayName', '/display_name'],
    ['/data/display_name', '/display_name'],
    ['/tax_rate_display_name', '/display_name'],
    ['/contactEmailValue', '/contact_email'],
    ['/rows/*/percentage', '/percentage'],
  ])('%s is %s', (from, to) => {
    expect(likeness(from, to, rate).score).toBeGreaterThanOrEqual(0.8);
  });

  it.each([
    ['/fee_in_cents_in_cents', '/fee_in_cents'],
    ['/fee_fee_in_cents', '/fee_in_cents'],
    ['/FeeInCentsCentsCents', '/fee_in_cents'],
    ['/avail_disk_gb', '/available_disk_gb'],
  ])('%s is not surely %s', (from, to) => {
    expect(likeness(from, to, rate).score).toBeLessThan(0.8);
  });

  it.each([
    ['/title', '/display_name'],
    ['/metadata/percentage', '/percentage'],
    ['/tax_percentage', '/percentage'],
    ['/old_percentage', '/percentage'],
    ['/sender', '/contact_email'],
    ['/power_mW', '/power_MW'],
  ])('%s is not %s', (from, to) => {
    expect(likeness(from, to, rate).score).toBe(0);
  });
});
