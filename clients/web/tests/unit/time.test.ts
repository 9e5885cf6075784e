import { describe, expect, test } from 'vitest';
import { clockText, instantText, sessionText, shortInstantText, zoneName } from '../../src/lib/time';

const utc = (year: number, month: number, day: number, hour: number, minute = 0, second = 0): number =>
  Date.UTC(year, month - 1, day, hour, minute, second);

describe('New York', () => {
  test('winter and summer', () => {
    expect(instantText(utc(2026, 11, 20, 20, 42, 10))).toBe('Fri 20 Nov 2026 15:42:10 EST');
    expect(instantText(utc(2026, 7, 1, 13, 30))).toBe('Wed 1 Jul 2026 09:30:00 EDT');
  });
  test('the day on which clocks go forward: 01:59:59 EST, then 03:00:00 EDT', () => {
    expect(instantText(utc(2026, 3, 8, 6, 59, 59))).toBe('Sun 8 Mar 2026 01:59:59 EST');
    expect(instantText(utc(2026, 3, 8, 7, 0, 0))).toBe('Sun 8 Mar 2026 03:00:00 EDT');
  });
  test('the day on which they go back: 01:30 twice, told apart by the zone', () => {
    const first = utc(2026, 11, 1, 5, 30),
      second = utc(2026, 11, 1, 6, 30);
    expect([clockText(first), zoneName(first)]).toEqual(['01:30:00', 'EDT']);
    expect([clockText(second), zoneName(second)]).toEqual(['01:30:00', 'EST']);
  });
  test('the open is at 09:30 on both sides of the change', () => {
    expect(clockText(utc(2026, 3, 6, 14, 30))).toBe('09:30:00');
    expect(clockText(utc(2026, 3, 9, 13, 30))).toBe('09:30:00');
  });
  test('midnight is 00', () => {
    expect(clockText(utc(2026, 11, 20, 5))).toBe('00:00:00');
  });
  test('another day shows its date', () => {
    const now = utc(2026, 11, 20, 20);
    expect(shortInstantText(utc(2026, 11, 20, 15), now)).toBe('10:00:00');
    expect(shortInstantText(utc(2026, 11, 19, 21), now)).toBe('19 Nov 16:00');
  });
});

test('sessions', () => {
  expect(sessionText(20261120)).toBe('2026-11-20');
  expect(sessionText(0)).toBe('');
});
