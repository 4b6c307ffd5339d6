/**
 * A map of bounded size whose entries end after a time. When it is full, the entry used longest ago goes.
 */
export class BoundedMap<V> {
  readonly #entries = new Map<string, { value: V; expires: number }>();
  readonly #capacity: number;
  readonly #lifetime: number;
  readonly #now: () => number;

  /** `lifetime` in milliseconds; `now` gives milliseconds. */
  constructor(capacity: number, lifetime: number, now: () => number) {
    this.#capacity = capacity;
    this.#lifetime = lifetime;
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The value, if it is there and has not ended; reading does not lengthen its time. */
  get(key: string): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    if (entry.expires <= this.#now()) return undefined;
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, expires: this.#now() + this.#lifetime });
    if (this.#entries.size <= this.#capacity) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      return;
    }
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  deleteWhere(matches: (value: V) => boolean): void {
    for (const [key, entry] of this.#entries) {
      if (matches(entry.value)) this.#entries.delete(key);
    }
  }

  clear(): void {
    this.#entries.clear();
  }
}
