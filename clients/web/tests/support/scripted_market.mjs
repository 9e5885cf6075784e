// Made-up numbers that look like a day on which leadership broadens: each is a fixed function of its name and of event time, so that live,
// history and replay agree.
const kDay_ms = 86_400_000;
const kStep_ms = 5000;

function hash(text) {
  let h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  return (h >>> 0) / 2 ** 32;
}

/** Between -1 and 1, slow, of its own shape for every name. */
function wander(name, ms, period_ms) {
  const phase = hash(name) * 2 * Math.PI,
    t = (ms / period_ms) * 2 * Math.PI;
  return 0.5 * Math.sin(t + phase) + 0.3 * Math.sin(2.3 * t + 3 * phase) + 0.2 * Math.sin(5.9 * t + 7 * phase);
}
const round = (value, digits) => Number(value.toFixed(digits));

const kIntraday = /^(adv|dec|unch|untraded|ad_|net_adv|rana|tick|up|dn|vwb|pct_above_vwap|excess_1$|idx|adv_w|trin|ln_trin|advol)/;

export class ScriptedMarket {
  constructor(universe) {
    this.universe = universe;
    this.open_ms = Date.UTC(2026, 10, 20, 14, 30); // 09:30 EST
    this.close_ms = this.open_ms + 6.5 * 3_600_000;
  }

  countOf(scope) {
    return this.universe.members[scope.id]?.length ?? 0;
  }

  /** [value, validity, members that count] of one cell. */
  cell(scope, signal, ms) {
    const n = this.countOf(scope),
      { id, range } = signal;
    if (scope.kind === 'symbols' || n === 0) return null;
    if (!this.#published(scope, signal)) return null;
    if (id === 'e_reward' || id.startsWith('e_') || id === 'paint' || id === 'backlog_share' || id === 'belief_gap')
      return [null, 'WARMUP', 0];
    if (id.startsWith('lag_') || (id === 'rhp_252' && hash(scope.id) > 0.5)) return [null, 'UNDEFINED', n];
    if (scope.id === 'foundry_packaging' && id.startsWith('pct_above_sma_200')) return [null, 'WARMUP', n];
    if (scope.id === 'datacenter_operators' && /^tick/.test(id)) return [null, 'INSUFFICIENT', 4];
    const period_ms = kIntraday.test(id) ? kDay_ms / 6 : kDay_ms * 70;
    const drift = scope.wave === 2 ? 0.25 : scope.wave === 3 ? -0.2 : 0.1;
    const w = Math.max(
      -1,
      Math.min(1, wander(`${scope.id}/${/^(adv|dec|unch|ad_|net)/.test(id) ? 'ad' : id}`, ms, period_ms) * 0.8 + drift),
    );
    const adv = Math.round(((w + 1) / 2) * (n - 1)),
      dec = n - 1 - adv;
    const fixed = {
      adv,
      dec,
      unch: 1,
      untraded: 0,
      net_adv: adv - dec,
      ad_pct: (100 * (adv - dec)) / n,
      rot_ratio: round(100 + w * 4.2, 4),
      rot_mom: round(100 + wander(`${scope.id}/rm`, ms, kDay_ms * 35) * 3, 4),
      zbt_thrust: 0,
      quadrant: 1 + Math.floor(hash(scope.id) * 4),
      idx_ew: 131.25 + 3 * w,
      rs_spy: 112.5 + 2 * w,
      broadening: round(28 + 14 * w, 3),
      d_rs: 63.63636363636363,
      z63: round(this.#strength(scope, ms), 4),
      wave_lead: 2,
      wave_phi: ms < this.open_ms - 75 * kDay_ms ? 1.4 : 1.9,
      state: ms > this.open_ms - 9 * kDay_ms ? 3 : ms > this.open_ms - 60 * kDay_ms ? 2 : ms > this.open_ms - 140 * kDay_ms ? 1 : 5,
      provisional_state: 3,
    }[id];
    if (/^wave_/.test(id) && ms < this.open_ms - 40 * kDay_ms)
      return ms < this.open_ms - 75 * kDay_ms
        ? [fixed === 2 ? 1 : round(1.4 + 0.2 * wander(id, ms, kDay_ms * 90), 4), 'OK', n]
        : [null, 'UNDEFINED', n];
    if (fixed !== undefined) return [fixed, 'OK', n];
    if (id.startsWith('excess')) return [round(w * 0.02 * Math.sqrt(Number(/\d+/.exec(id)[0])), 6), 'OK', n];
    if (/^pct_|^diffusion|^upvol|^rhp|^hli/.test(id)) return [(100 * Math.round(((w + 1) / 2) * n)) / n, 'OK', n];
    if (/^n[hl]_/.test(id)) return [Math.round(Math.max(0, w) * n * 0.4), 'OK', n];
    if (id.startsWith('rank_change')) return [Math.round(w * 40) + 0, 'OK', 15];
    return [round(range[0] + ((w + 1) / 2) * (range[1] - range[0]), 4), 'OK', n];
  }

  // Compute leads, then nobody, then physical.
  #strength(scope, ms) {
    const days = (this.open_ms - ms) / kDay_ms,
      own = 0.5 * wander(`${scope.id}/z63`, ms, kDay_ms * 90);
    const rise = (from) => 1 / (1 + Math.exp((days - from) / 6));
    return own + { 1: 1.9 - 1.8 * rise(76), 2: -0.2 + 2 * rise(45), 3: -0.6 }[scope.wave ?? 1];
  }

  #published(scope, signal) {
    const where = signal.where;
    return where === ''
      ? scope.kind === 'thesis'
      : where.includes(scope.kind === 'basket' ? 'baskets' : scope.kind === 'wave' ? 'waves' : 'thesis');
  }

  /** A levels message: all cells, or those that differ from `before` (a map cell → value that is brought up to date). */
  levels(ms, before, full, validity = 'OK') {
    const { catalog, signals } = this.universe;
    const message = { cells: [], values: [], validity: [], valid: [], members: [], flags: [], at_ms: [], clock: [] };
    catalog.scopes.forEach((scope, row) => {
      signals.forEach((signal, column) => {
        const cell = this.cell(scope, signal, ms);
        if (cell === null) return;
        const [value, own, valid] = cell,
          position = row * signals.length + column;
        if (!full && before.get(position) === value) return;
        before.set(position, value);
        const atClose = !signal.clocks.includes('live');
        message.cells.push(position);
        message.values.push(value);
        message.validity.push(catalog.validities.indexOf(own === 'OK' ? validity : own));
        message.valid.push(valid);
        message.members.push(this.countOf(scope));
        message.flags.push(scope.id === 'datacenter_operators' ? 1 << 2 : 0);
        message.at_ms.push(atClose ? this.close_ms - kDay_ms : Math.floor(ms / 1000) * 1000);
        message.clock.push(atClose ? 1 : 0);
      });
    });
    return message;
  }

  memberRows(scopeId, ms) {
    return (this.universe.members[scopeId] ?? []).map(({ symbol, role }, i, all) => {
      const change = round(wander(`${symbol}/change`, ms, kDay_ms / 6) * 0.03, 6),
        counts = i !== 4;
      return {
        symbol,
        role,
        last: counts ? round(40 + hash(symbol) * 400 * (1 + change), 2) : null,
        change: counts ? change : null,
        contribution: counts ? change / (all.length - 1) : null,
        volume: Math.round(hash(`${symbol}v`) * 4e7),
        last_trade_ms: counts ? ms - Math.round(hash(symbol) * 9000) : null,
        halted: i === 3,
        quarantined: i === 4,
        counts,
        rs_rating: 1 + Math.floor(hash(`${symbol}r`) * 99),
        k_score: null,
        spoon: null,
        painted: null,
      };
    });
  }

  history(signals, scopes, clock, to_ms) {
    const at_ms = [];
    if (clock === 'close') {
      for (let day = 379; day >= 1; day--) {
        const ms = this.close_ms - day * kDay_ms;
        if (![0, 6].includes(new Date(ms).getUTCDay()) && ms <= to_ms) at_ms.push(ms);
      }
    } else for (let ms = this.open_ms; ms <= Math.min(to_ms, this.close_ms); ms += kStep_ms) at_ms.push(ms);
    const series = scopes.flatMap((id) => {
      const scope = this.universe.catalog.scopes.find((one) => one.id === id);
      return signals.map((name) => {
        const signal = this.universe.signals.find((one) => one.id === name);
        return { scope: id, signal: name, values: at_ms.map((ms) => this.cell(scope, signal, ms)?.[0] ?? null) };
      });
    });
    return { clock, at_ms, series };
  }

  /** The events of the day up to an instant, oldest first. */
  events(to_ms) {
    const kinds = [
      ['PCT_ABOVE', 'PCT_ABOVE:pct_above_sma_50', 'pct_above_sma_50', 57.14285714285714, 42.857142857142854, 55],
      ['TICK_EXTREME', 'TICK_EXTREME:tick_pct', 'tick_pct', 66.66666666666667, 20, 60],
      ['QUADRANT', 'QUADRANT:quadrant', 'quadrant', 1, 4, null],
      ['OSC_ZERO_CROSS', 'OSC_ZERO_CROSS:mcc_osc', 'mcc_osc', 3.25, -1.5, 0],
      ['HALT_MEMBER', '', '', null, null, null],
      ['PROVISIONAL_STATE', '', 'provisional_state', 3, 2, null],
      ['FEED_GAP_OPEN', '', '', 12, null, null],
    ];
    const events = [this.event(1, 'STATE_CHANGE', 'STATE_CHANGE:state', 'state', 'thesis', this.close_ms - kDay_ms, 3, 2, null)];
    const baskets = this.universe.catalog.scopes.filter((scope) => scope.kind === 'basket');
    for (let i = 0; i < 120 && baskets.length > 0; i++) {
      const ms = this.open_ms + 60_000 + i * 190_000;
      if (ms > to_ms) break;
      const [type, trigger, signal, value, prior, threshold] = kinds[i % kinds.length];
      const scope = /STATE|GAP/.test(type) ? 'thesis' : baskets[(i * 7) % baskets.length].id;
      events.push(this.event(i + 2, type, trigger, signal, scope, ms, value, prior, threshold));
    }
    return events;
  }

  event(eseq, type, trigger, signal, scope, ms, value, prior, threshold) {
    const members = this.universe.members[scope] ?? [];
    const why = /PCT|TICK|OSC/.test(type)
      ? members.slice(0, 5).map(({ symbol }, i) => ({ symbol, delta: i === 4 ? -1 : 2 - (i % 2) }))
      : [];
    return {
      event_id: eseq.toString(16).padStart(32, '0'),
      recording_id: '00000000c0ffee01',
      universe: 'main',
      type,
      trigger,
      signal,
      scope,
      subject: type === 'HALT_MEMBER' ? (members[3]?.symbol ?? '') : '',
      session: '2026-11-20',
      ts_event: `${ms}000000`,
      cause_jseq: eseq * 100,
      eseq,
      scope_seq: eseq,
      value,
      validity: 'OK',
      threshold,
      direction: (prior ?? 0) > (value ?? 1) ? -1 : 1,
      prior,
      n_valid: members.length,
      n_members: members.length,
      flags: [],
      clock: 'live',
      why,
      definition: '00000000000000aa',
      roster: '00000000000000bb',
      roster_version: '2026-11-01',
      config: '00000000000000cc',
    };
  }

  stats(ticks) {
    const line = (lag_ns, silences) => ({
      frames: { in: ticks / 20, decoded: ticks / 20, refused: {}, reopened: 0 },
      ticks,
      wins: Math.round(ticks / 2),
      duplicates: 0,
      mismatches: 0,
      holes: 1,
      stale_epoch: 0,
      lag_ns,
      silences,
      last_frame_age_ms: 40,
    });
    return {
      schema: 'groundswell.run/1',
      recording: 'scripted.gsj',
      recording_id: '00000000c0ffee01',
      feeds: [
        {
          name: 'market',
          mode: 'simulated',
          last_tick_age_ms: 40,
          ticks: {
            in: ticks,
            duplicate: ticks / 2,
            unique: ticks / 2,
            lost: 12,
            gaps: 1,
            repaired: 4,
            journaled: ticks / 2,
            rejected: { unmapped_instrument: 0, unknown_symbol: 31, bad_price: 0, bad_size: 2, future_time: 0, too_late: 0 },
          },
          lines: [line(184_000, 0), line(912_000, 2)],
        },
      ],
      pipeline: { threads: 'staged', stalls: [{ stage: 'journal', count: 1, longest_ms: 1400 }], operations: 3, operations_dropped: 0 },
      latency: {
        tick_to_event: { count: 120, p50_us: 18.4, p99_us: 71.2, p999_us: 140.8, max_us: 412, buckets: [] },
        stages: { feed: { count: ticks, p50_us: 0.9, p99_us: 4.1, p999_us: 9.8, max_us: 120, buckets: [] } },
      },
      node: 'scripted',
      state: 'running',
      reason: '',
      mode: 'simulated',
    };
  }
}
