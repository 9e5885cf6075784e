// Geometry of the rotation map: strength to the right, momentum upwards, 100 in the middle, both axes alike.

export interface Point {
  x: number;
  y: number;
}
export interface Bounds {
  /** Distance from 100 to the edge, of both axes. */
  reach: number;
}

/** Room for all points, never closer than 2 around the middle, in steps of 1, so that the map does not jitter. */
export function boundsOf(points: readonly Point[]): Bounds {
  let reach = 2;
  for (const point of points) reach = Math.max(reach, Math.abs(point.x - 100) * 1.08, Math.abs(point.y - 100) * 1.08);
  return { reach: Math.ceil(reach) };
}

/** Of a square of `size` with its origin at the upper left. */
export function place(point: Point, bounds: Bounds, size: number): Point {
  const scale = size / (2 * bounds.reach);
  return { x: (point.x - 100 + bounds.reach) * scale, y: (100 + bounds.reach - point.y) * scale };
}

/** 1 leading, 2 weakening, 3 lagging, 4 improving; a value of exactly 100 counts as high. */
export function quadrantOf(point: Point): 1 | 2 | 3 | 4 {
  if (point.x >= 100) return point.y >= 100 ? 1 : 2;
  return point.y < 100 ? 3 : 4;
}

/** The last `length` points up to and including position `end`, where both numbers are known. */
export function tailOf(xs: readonly (number | null)[], ys: readonly (number | null)[], end: number, length: number): Point[] {
  const tail: Point[] = [];
  for (let i = Math.max(0, end - length + 1); i <= end; i++) {
    const x = xs[i],
      y = ys[i];
    if (x !== null && x !== undefined && y !== null && y !== undefined) tail.push({ x, y });
  }
  return tail;
}

export function pathOf(points: readonly Point[]): string {
  return points.map((point, i) => `${i === 0 ? 'M' : 'L'}${point.x.toFixed(1)} ${point.y.toFixed(1)}`).join('');
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/**
 * Where the names of points go: beside, above or below the point, at the first of these places that covers no other name and no point
 * and is inside; null where there is no room. Earlier points choose first.
 */
export function placeLabels(points: readonly Point[], widths: readonly number[], height: number, size: number): (Point | null)[] {
  const gap = 9;
  const taken: Box[] = points.map(({ x, y }) => ({ x: x - 5, y: y - 5, width: 10, height: 10 }));
  return points.map((point, i) => {
    const width = widths[i] ?? 0;
    const places: Point[] = [];
    for (const dy of [0, -height, height, -2 * height, 2 * height])
      for (const x of [point.x + gap, point.x - gap - width]) places.push({ x, y: point.y - height / 2 + dy });
    for (const place of places) {
      const box = { ...place, width, height };
      const isInside = box.x >= 0 && box.x + width <= size && box.y >= 0 && box.y + height <= size;
      if (!isInside || taken.some((other) => overlaps(box, other))) continue;
      taken.push(box);
      return place;
    }
    return null;
  });
}

function overlaps(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
