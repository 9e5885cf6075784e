import { describe, expect, test } from 'vitest';
import { ageText, bytesText, compactText, fixedText, glyph, numberText, tone } from '../../src/lib/format';

describe('numbers', () => {
  test('by unit', () => {
    expect(numberText(57.142857, '%', 'pct_above_vwap')).toBe('57.1 %');
    expect(numberText(-8.3333, '%', 'ad_pct')).toBe('−8.3 %');
    expect(numberText(8.3333, '%', 'ad_pct')).toBe('+8.3 %');
    expect(numberText(0.00399, 'ln', 'excess_1')).toBe('+0.40 %');
    expect(numberText(3, 'issues', 'adv')).toBe('3');
    expect(numberText(1234567, 'shares', 'up_vol')).toBe('1.2M');
    expect(numberText(1.8512, 'wave', 'wave_phi')).toBe('1.85');
  });
  test('what rounds to zero has no sign', () => {
    expect(fixedText(-0.0004, 2, true)).toBe('0.00');
    expect(fixedText(0.0004, 2, true)).toBe('0.00');
    expect(fixedText(-0, 1)).toBe('0.0');
  });
  test('thousands stand apart, the fraction does not', () => {
    expect(fixedText(1234567.12345, 5)).toBe('1\u202f234\u202f567.12345');
    expect(fixedText(-999, 0)).toBe('−999');
  });
  test('compact', () => {
    expect(compactText(999)).toBe('999');
    expect(compactText(-2.5e9)).toBe('-2.5B');
  });
  test('side of the middle', () => {
    expect([51, 49, 50, null].map((value) => glyph(value, 50))).toEqual(['▲', '▼', '■', '']);
    expect([51, 49, 50, null].map((value) => tone(value, 50))).toEqual(['up', 'down', 'flat', 'flat']);
  });
});

test('ages', () => {
  expect([-50, 0, 999, 1000, 119_999, 120_000, 7_199_000, 7_200_000, 47 * 3_600_000, 49 * 3_600_000].map(ageText)).toEqual([
    '0 s',
    '0 s',
    '0 s',
    '1 s',
    '119 s',
    '2 min',
    '119 min',
    '2 h',
    '47 h',
    '2 d',
  ]);
});

test('bytes', () => {
  expect([12, 1200, 48_113_664].map(bytesText)).toEqual(['12 B', '1.2 kB', '48.1 MB']);
});
