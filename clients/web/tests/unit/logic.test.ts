import type { GroundswellEvent, Validity } from '@groundswell/client';
import { describe, expect, test, vi } from 'vitest';
import { otherSpeed } from '../../src/lib/keys';
import { Latest } from '../../src/lib/latest';
import { boundsOf, pathOf, place, placeLabels, quadrantOf, tailOf } from '../../src/lib/rotation';
import { formatRoute, parseRoute } from '../../src/lib/route.svelte';
import { leadChanges, spellsOf } from '../../src/lib/spells';
import { feedsOf, latenciesOf, rateOf, stallsOf } from '../../src/lib/stats';
import { absenceText, eventText, kValidityShort, severityOf, validityText } from '../../src/lib/words';
import { extend, historyAddress, type History } from '../../src/lib/history.svelte';

describe('rotation map', () => {
  test('the middle is the middle, up is up', () => {
    const bounds = { reach: 4 };
    expect(place({ x: 100, y: 100 }, bounds, 600)).toEqual({ x: 300, y: 300 });
    expect(place({ x: 104, y: 104 }, bounds, 600)).toEqual({ x: 600, y: 0 });
    expect(place({ x: 96, y: 96 }, bounds, 600)).toEqual({ x: 0, y: 600 });
  });
  test('everything is inside, and there is always room for two points around the middle', () => {
    const points = [
      { x: 103.2, y: 99 },
      { x: 97, y: 104.9 },
    ];
    const bounds = boundsOf(points);
    for (const point of points) {
      const { x, y } = place(point, bounds, 600);
      expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
      expect(Math.max(x, y)).toBeLessThanOrEqual(600);
    }
    expect(boundsOf([])).toEqual({ reach: 2 });
  });
  test('quadrants turn leading, weakening, lagging, improving', () => {
    expect(
      [
        [101, 101],
        [101, 99],
        [99, 99],
        [99, 101],
        [100, 100],
      ].map(([x, y]) => quadrantOf({ x: x!, y: y! })),
    ).toEqual([1, 2, 3, 4, 1]);
  });
  test('a tail has its last points, without those that are not known', () => {
    expect(tailOf([1, 2, null, 4, 5], [1, 2, 3, 4, 5], 3, 3)).toEqual([
      { x: 2, y: 2 },
      { x: 4, y: 4 },
    ]);
    expect(tailOf([], [], -1, 5)).toEqual([]);
    expect(
      pathOf([
        { x: 1, y: 2 },
        { x: 3, y: 4 },
      ]),
    ).toBe('M1.0 2.0L3.0 4.0');
  });
  test('names cover neither names nor points, and one without room is left out', () => {
    const points = [
      { x: 100, y: 100 },
      { x: 102, y: 101 },
      { x: 300, y: 300 },
    ];
    const labels = placeLabels(points, [60, 60, 60], 15, 600);
    const [a, b] = labels;
    expect(a && b && (Math.abs(a.y - b.y) >= 15 || Math.abs(a.x - b.x) >= 60)).toBe(true);
    expect(placeLabels([{ x: 5, y: 5 }], [900], 15, 600)).toEqual([null]);
  });
});

test('spells, and changes of the lead that pass over spells without one', () => {
  const spells = spellsOf([1, 2, 3, 4, 5, 6], [1, 1, null, 1, 2, 2]);
  expect(spells.map(({ value, sessions }) => [value, sessions])).toEqual([
    [1, 2],
    [null, 1],
    [1, 1],
    [2, 2],
  ]);
  expect(leadChanges(spells)).toEqual([
    { at_ms: 1, from: null, to: 1 },
    { at_ms: 5, from: 1, to: 2 },
  ]);
});

describe('address', () => {
  test('there and back', () => {
    const parameters = { basket: 'gpu_accelerators', rec: 'a b&c.gsj', at: '1764000000000' };
    expect(parseRoute(formatRoute('breadth', parameters))).toEqual({ screen: 'breadth', parameters });
  });
  test('nonsense is the overview', () => {
    expect(parseRoute('#/../etc?x')).toEqual({ screen: 'overview', parameters: { x: '' } });
    expect(parseRoute('')).toEqual({ screen: 'overview', parameters: {} });
  });
});

describe('history', () => {
  const history = (): History => ({ at_ms: [5000, 10_000], series: [{ scope: 'a', signal: 's', values: [1, 2] }] });
  test('a point for every new step, none for the same', () => {
    const one = history();
    expect(extend(one, 12_000, () => 3)).toBe(true);
    expect(one.at_ms).toEqual([5000, 10_000]);
    expect(extend(one, 17_000, () => 3)).toBe(true);
    expect(one).toEqual({ at_ms: [5000, 10_000, 15_000], series: [{ scope: 'a', signal: 's', values: [1, 2, 3] }] });
  });
  test('time that went back or leapt: fetch it again', () => {
    expect(extend(history(), 1000, () => 0)).toBe(false);
    expect(extend(history(), 100_000, () => 0)).toBe(false);
  });
  test('it does not grow without bound', () => {
    const one = history();
    for (let at = 15_000; at < 15_000 + 5000 * 20_000; at += 5000) extend(one, at, () => 1);
    expect(one.at_ms.length).toBe(6000);
    expect(one.series[0]?.values.length).toBe(6000);
  });
  test('of a recording it asks for the past alone', () => {
    expect(historyAddress({ signals: ['a', 'b'], scopes: ['x'], clock: 'live' }, 'r.gsj', 7)).toBe(
      '/api/v1/history?signals=a%2Cb&scopes=x&clock=live&recording=r.gsj&to_ms=7',
    );
  });
});

test('every validity but OK has words', () => {
  for (const validity of Object.keys(kValidityShort) as Validity[]) {
    expect(validityText(validity, 2, 5) === '').toBe(validity === 'OK');
    expect(kValidityShort[validity] === '').toBe(validity === 'OK');
  }
  expect(validityText('INSUFFICIENT', 2, 5)).toBe('too few members: 2 of 5 count');
});

test('events in words', () => {
  const event = (patch: Partial<GroundswellEvent>): GroundswellEvent =>
    ({ subject: '', direction: 1, value: null, prior: null, threshold: null, signal: '', ...patch }) as GroundswellEvent;
  const say = (patch: Partial<GroundswellEvent>): string =>
    eventText(event(patch), ['unknown', 'neutral', 'narrow', 'broadening'], (value) => value.toFixed(1));
  expect(say({ type: 'STATE_CHANGE', value: 3, prior: 1 })).toBe('neutral → broadening');
  expect(say({ type: 'QUADRANT', value: 1, prior: 4 })).toBe('improving → leading');
  expect(say({ type: 'HALT_MEMBER', subject: 'NVDA', direction: -1 })).toBe('NVDA resumed');
  expect(say({ type: 'FEED_GAP_OPEN', value: 12 })).toBe('12 ticks were lost');
  expect(say({ type: 'PCT_ABOVE', signal: 'x', value: 57, prior: 43, threshold: 55 })).toBe('x 57.0, was 43.0 (limit 55.0)');
  expect([severityOf('FEED_GAP_OPEN'), severityOf('STATE_CHANGE'), severityOf('QUADRANT')]).toEqual(['warning', 'major', 'notice']);
});

test('speeds go up and down by a step, and end', () => {
  expect([otherSpeed(1, 1), otherSpeed(1, -1), otherSpeed(64, 1), otherSpeed(0.25, -1), otherSpeed(3, 1)]).toEqual([2, 0.5, 64, 0.25, 4]);
});

describe('counters', () => {
  test('what is not there is not invented', () => {
    expect(feedsOf(null)).toEqual([]);
    expect(feedsOf({ feeds: [{ name: 'x' }] })[0]).toMatchObject({
      name: 'x',
      ticks: null,
      lost: null,
      rejected: [],
      lines: [],
      last_tick_age_ms: null,
    });
    expect(stallsOf({})).toEqual([]);
    expect(latenciesOf({ latency: 3 })).toEqual([]);
  });
  test('rejections by reason, those that happened', () => {
    expect(feedsOf({ feeds: [{ name: 'x', ticks: { rejected: { bad_price: 0, too_late: 4 } } }] })[0]?.rejected).toEqual([
      { reason: 'too_late', count: 4 },
    ]);
  });
  test('latency quantiles at any depth', () => {
    expect(latenciesOf({ latency: { a: { p50_us: 1.5, count: 2, buckets: [[1, 2]] }, b: { c: { max_us: 9 } } } })).toEqual([
      { name: 'a', count: 2, quantiles: [{ name: 'p50', us: 1.5 }] },
      { name: 'b c', count: null, quantiles: [{ name: 'max', us: 9 }] },
    ]);
  });
  test('a rate needs two moments, and an engine that started again has none', () => {
    expect(rateOf(undefined, { at_ms: 1000, ticks: 5 })).toBeNull();
    expect(rateOf({ at_ms: 1000, ticks: 5 }, { at_ms: 3000, ticks: 25 })).toBe(10);
    expect(rateOf({ at_ms: 1000, ticks: 5 }, { at_ms: 3000, ticks: 1 })).toBeNull();
  });
});

test('of many requests the first goes at once and the latest after it, never more than one in a while', () => {
  vi.useFakeTimers();
  const sent: number[] = [];
  const latest = new Latest<number>((value) => sent.push(value), 100);
  for (let i = 0; i < 9; i++) {
    latest.push(i);
    vi.advanceTimersByTime(30);
  }
  expect(sent).toEqual([0, 3, 6]);
  vi.advanceTimersByTime(1000);
  expect(sent).toEqual([0, 3, 6, 8]);
  expect(latest.isBusy).toBe(false);
  vi.useRealTimers();
});

test('a lead or a lag that is not there is none, not a failure of arithmetic', () => {
  expect(absenceText('UNDEFINED', 'lag_compute_physical')).toBe('none');
  expect(absenceText('UNDEFINED', 'ad_ratio')).toBe('undefined');
  expect(absenceText('WARMUP', 'wave_lead')).toBe('warming up');
  expect(validityText('UNDEFINED', 3, 3, 'wave_phi')).toBe('no wave leads');
});
