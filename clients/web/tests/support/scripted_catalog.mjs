// The catalog message of the default universe: baskets of config/baskets.toml, signals of docs/signals.md.
import { readFileSync } from 'node:fs';

const root = new URL('../../../../', import.meta.url);
const kWaves = ['compute', 'physical', 'monetization'];

function readBaskets() {
  const text = readFileSync(new URL('config/baskets.toml', root), 'utf8');
  return text
    .split('[[basket]]')
    .slice(1)
    .map((block) => {
      const field = (name) => new RegExp(`^${name} = "(.*)"`, 'm').exec(block)?.[1] ?? '';
      const members = [...block.matchAll(/\{ symbol = "([^"]+)"(?:, role = "(\w+)")? \}/g)].map(([, symbol, role]) => ({
        symbol,
        role: role ?? 'follower',
      }));
      return { id: field('id'), name: field('name'), wave: kWaves.indexOf(field('wave')) + 1, members };
    });
}

function rangeOf(text) {
  const both = /\+-\s*([\d.]+)/.exec(text);
  if (both) return [-Number(both[1]), Number(both[1])];
  const span = /(-?[\d.]+)\.\.(-?[\d.]+)/.exec(text.replace(/\.\.$/, ''));
  if (span && Number.isFinite(Number(span[2]))) return [Number(span[1]), Number(span[2])];
  return /shares|dollars/.test(text) ? [1e6, 9e8] : [0, 10];
}

function readSignals() {
  const text = readFileSync(new URL('docs/signals.md', root), 'utf8');
  const signals = [];
  for (const [, heading, body] of text.matchAll(/^### (`.*`)\n([\s\S]*?)(?=^###? |(?![\s\S]))/gm)) {
    const ids = heading.split(' ').map((id) => id.replaceAll('`', ''));
    const [, unit = '', range = ''] = /\| unit, range \| (.+?), (.+?) \|\n/.exec(body) ?? [];
    const sentence = body.trim().startsWith('|') ? '' : body.trim().split('\n')[0];
    for (const id of ids) {
      const row = new RegExp(`^\\| \`${id}\` \\| (.*?) \\|.*`, 'm').exec(body);
      const published =
        /\| published \| (.*?) \|/.exec(body)?.[1] ?? /((?:live, )?close; thesis)/.exec(row?.[0] ?? '')?.[1] ?? 'live, close; thesis';
      signals.push({
        id,
        unit,
        title: sentence || row?.[1] || id,
        range: rangeOf(range),
        clocks: ['live', 'close'].filter((clock) => published.split(';')[0].includes(clock)),
        where: published.split(';')[1] ?? '',
        definition: signals.length.toString(16).padStart(16, '0'),
      });
    }
  }
  return signals;
}

/** Everything that is known by name; `empty`: a universe without baskets. */
export function scriptedUniverse({ empty = false } = {}) {
  const baskets = empty ? [] : readBaskets();
  const signals = readSignals();
  const scopes = [
    ...baskets.map(({ id, name, wave }) => ({ id, name, kind: 'basket', wave })),
    ...kWaves.map((name, i) => ({ id: `wave:${name}`, name: `wave ${name}`, kind: 'wave', wave: i + 1 })).slice(0, empty ? 0 : 3),
    { id: 'thesis', name: 'thesis', kind: 'thesis', wave: null },
    { id: 'symbols', name: 'symbols', kind: 'symbols', wave: null },
  ];
  const members = Object.fromEntries(baskets.map((basket) => [basket.id, basket.members]));
  for (const [i, name] of kWaves.entries()) {
    const all = baskets.filter((basket) => basket.wave === i + 1).flatMap((basket) => basket.members);
    members[`wave:${name}`] = [...new Map(all.map((member) => [member.symbol, member])).values()];
  }
  members.thesis = [...new Map(baskets.flatMap((basket) => basket.members).map((member) => [member.symbol, member])).values()];
  const catalog = {
    type: 'catalog',
    recording_id: '00000000c0ffee01',
    universe_version: '2026-11-01',
    scopes,
    signals: signals.map(({ id, unit, title, clocks, definition }) => ({ id, unit, title, clocks, definition })),
    symbols: members.thesis.map((member) => member.symbol),
    members: Object.fromEntries(baskets.map((basket) => [basket.id, basket.members])),
    triggers: [
      { name: 'PCT_ABOVE:pct_above_sma_50', type: 'PCT_ABOVE', signal: 'pct_above_sma_50', rule: 'enter >= 55, exit <= 45' },
      { name: 'STATE_CHANGE:state', type: 'STATE_CHANGE', signal: 'state', rule: 'any change' },
      { name: 'QUADRANT:quadrant', type: 'QUADRANT', signal: 'quadrant', rule: 'any change' },
      { name: 'WAVE_LEAD_CHANGE:wave_lead', type: 'WAVE_LEAD_CHANGE', signal: 'wave_lead', rule: 'any change' },
      { name: 'TICK_EXTREME:tick_pct', type: 'TICK_EXTREME', signal: 'tick_pct', rule: 'enter |x| >= 60, exit |x| <= 30' },
      { name: 'OSC_ZERO_CROSS:mcc_osc', type: 'OSC_ZERO_CROSS', signal: 'mcc_osc', rule: 'enter > 0, exit <= 0' },
    ],
    validities: ['INSUFFICIENT', 'WARMUP', 'UNDEFINED', 'HALTED_MARKET', 'STALE_INPUT', 'PROVISIONAL', 'OK'],
    flags: [
      'GAP',
      'FEED_GAP',
      'STALE_MEMBERS',
      'HALTED_MEMBERS',
      'SUSPECT_MEMBERS',
      'CARRIED',
      'NO_SHARES',
      'SMALL_N',
      'LOW_DIR',
      'ONE_FACTOR',
      'UNIT_BETA',
      'STALE_STATE',
      'HANDOFF',
      'PARTIAL_SESSION',
      'LATE_COMMIT',
      'APPROX_CANCEL',
      'PROVISIONAL',
      'REVISED',
    ],
    states: ['unknown', 'neutral', 'narrow', 'broadening', 'confirmed', 'diverging', 'breaking'],
  };
  return { catalog, members, signals };
}
