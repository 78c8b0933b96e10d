// A bucket of tokens: so many requests a second, as many at once. Pure but for what it counts.

/** A limit of requests. */
export class RateBucket {
  readonly #perSecond: number;
  readonly #room: number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, now: number) {
    this.#perSecond = perSecond;
    this.#room = Math.max(1, perSecond);
    this.#tokens = this.#room;
    this.#at = now;
  }

  /** Takes a token; a number: there will be one after so many seconds. */
  take(now: number): number | undefined {
    // A clock that was put back gives nothing.
    const passed = Math.max(0, now - this.#at);
    this.#tokens = Math.min(this.#room, this.#tokens + (passed * this.#perSecond) / 1000);
    this.#at = now;
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) / this.#perSecond);
    this.#tokens--;
    return undefined;
  }
}
