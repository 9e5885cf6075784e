import { describe, expect, test } from 'vitest';
import { LevelStore, millisecondsOf, type Catalog, type Levels } from '../src/index';

const catalog: Catalog = {
  type: 'catalog',
  recording_id: '01',
  universe_version: '1',
  scopes: [
    { id: 'a', name: 'A', kind: 'basket', wave: 1 },
    { id: 'thesis', name: 'thesis', kind: 'thesis', wave: null },
  ],
  signals: ['ad_pct', 'state', 'z63'].map((id) => ({ id, unit: '', title: '', clocks: ['live'], definition: '' })),
  symbols: [],
  members: {},
  triggers: [],
  states: [],
  validities: ['INSUFFICIENT', 'WARMUP', 'UNDEFINED', 'HALTED_MARKET', 'STALE_INPUT', 'PROVISIONAL', 'OK'],
  flags: ['GAP', 'FEED_GAP', 'STALE_MEMBERS'],
};
function levels(
  number: number,
  previous: number,
  full: boolean,
  cells: [cell: number, value: number | null, validity?: number, flags?: number][],
): Levels {
  return {
    type: 'levels',
    number,
    previous,
    full,
    recording_id: '01',
    session: 20261120,
    event_time: '1764000000123456789',
    cells: cells.map(([cell]) => cell),
    values: cells.map(([, value]) => value),
    validity: cells.map(([, , validity]) => validity ?? 6),
    valid: cells.map(() => 4),
    members: cells.map(() => 5),
    flags: cells.map(([, , , flags]) => flags ?? 0),
    at_ms: cells.map(() => 1764000000000),
    clock: cells.map(() => 0),
  };
}

describe('store of levels', () => {
  test('a snapshot and the changes after it give the newest number of each cell', () => {
    const store = new LevelStore();
    store.setCatalog(catalog);
    expect(
      store.apply(
        levels(1, 0, true, [
          [0, 12.5],
          [4, 3],
        ]),
      ),
    ).toBe(true);
    expect(
      store.apply(
        levels(2, 1, false, [
          [4, 5],
          [5, -0.25],
        ]),
      ),
    ).toBe(true);
    expect(store.level('a', 'ad_pct')).toEqual({
      value: 12.5,
      validity: 'OK',
      valid: 4,
      members: 5,
      flags: [],
      at_ms: 1764000000000,
      clock: 'live',
    });
    expect(store.level('thesis', 'state')?.value).toBe(5);
    expect(store.level('thesis', 'z63')?.value).toBe(-0.25);
    expect(store.session).toBe(20261120);
    expect(store.eventTimeMs).toBe(1764000000123);
  });

  test('a change that does not follow is refused whole', () => {
    const store = new LevelStore();
    store.setCatalog(catalog);
    expect(store.apply(levels(2, 1, false, [[0, 1]]))).toBe(false);
    expect(store.level('a', 'ad_pct')).toBeUndefined();
    store.apply(levels(7, 0, true, [[0, 1]]));
    expect(store.apply(levels(9, 8, false, [[0, 2]]))).toBe(false);
    expect(store.level('a', 'ad_pct')?.value).toBe(1);
    expect(store.apply(levels(8, 7, false, [[0, 3]]))).toBe(true);
    expect(store.level('a', 'ad_pct')?.value).toBe(3);
  });

  test('cells that a snapshot does not name have never been told, whatever was before', () => {
    const store = new LevelStore();
    store.setCatalog(catalog);
    store.apply(
      levels(1, 0, true, [
        [0, 1],
        [1, 2],
      ]),
    );
    store.apply(levels(2, 1, true, [[0, 3]]));
    expect(store.level('a', 'state')).toBeUndefined();
  });

  test('an absent number keeps its reason, flags are named by their bits', () => {
    const store = new LevelStore();
    store.setCatalog(catalog);
    store.apply(levels(1, 0, true, [[2, null, 1, 0b101]]));
    expect(store.level('a', 'z63')).toMatchObject({ value: null, validity: 'WARMUP', flags: ['GAP', 'STALE_MEMBERS'] });
  });

  test('a new catalog begins anew', () => {
    const store = new LevelStore();
    store.setCatalog(catalog);
    store.apply(levels(1, 0, true, [[0, 1]]));
    store.setCatalog(catalog);
    expect(store.level('a', 'ad_pct')).toBeUndefined();
    expect(store.apply(levels(2, 1, false, [[0, 1]]))).toBe(false);
  });

  test('numbers about symbols come with the levels of the same number', () => {
    const store = new LevelStore();
    store.setCatalog(catalog);
    const row = { symbol: 'NVDA', signal: 'rs_rating', value: 97, validity: 6, at_ms: 5 };
    store.apply(levels(1, 0, true, []));
    expect(store.apply({ type: 'subjects', number: 4, previous: 3, full: false, rows: [row] })).toBe(false);
    store.apply(levels(4, 1, false, []));
    expect(store.apply({ type: 'subjects', number: 4, previous: 1, full: false, rows: [row] })).toBe(true);
    expect(store.subject('NVDA', 'rs_rating')).toEqual({ value: 97, validity: 'OK', at_ms: 5 });
  });
});

test('nanoseconds become whole milliseconds, rounded down', () => {
  expect(millisecondsOf('1764000000999999999')).toBe(1764000000999);
  expect(millisecondsOf('0')).toBe(0);
});
