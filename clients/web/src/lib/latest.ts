/** Sends the first value at once and then, at most once in `every_ms`, the latest of those that came meanwhile. */
export class Latest<T> {
  #waiting: { value: T } | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly send: (value: T) => void,
    private readonly every_ms: number,
  ) {}

  /** Whether something was sent within `every_ms`, or waits. */
  get isBusy(): boolean {
    return this.#timer !== undefined;
  }

  push(value: T): void {
    this.#waiting = { value };
    if (this.#timer === undefined) this.#flush();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = null;
  }

  #flush(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#timer = waiting === null ? undefined : setTimeout(() => this.#flush(), this.every_ms);
    if (waiting !== null) this.send(waiting.value);
  }
}
