// Runs of equal values over sessions: who led when, in which state the thesis was.
export interface Spell {
  value: number | null;
  from_ms: number;
  /** Of the last session in it. */
  to_ms: number;
  sessions: number;
}

export function spellsOf(at_ms: readonly number[], values: readonly (number | null)[]): Spell[] {
  const spells: Spell[] = [];
  at_ms.forEach((ms, i) => {
    const value = values[i] ?? null,
      last = spells.at(-1);
    if (last !== undefined && last.value === value) {
      last.to_ms = ms;
      last.sessions++;
    } else {
      spells.push({ value, from_ms: ms, to_ms: ms, sessions: 1 });
    }
  });
  return spells;
}

/** A new leader other than the last one; spells without a leader are no change. */
export function leadChanges(spells: readonly Spell[]): { at_ms: number; from: number | null; to: number }[] {
  const changes: { at_ms: number; from: number | null; to: number }[] = [];
  let before: number | null = null;
  for (const spell of spells) {
    if (spell.value === null || spell.value === before) continue;
    changes.push({ at_ms: spell.from_ms, from: before, to: spell.value });
    before = spell.value;
  }
  return changes;
}
