// What is open at the moment, by the thousand a second. A Set would do, but one that lives long and whose members come and go
// replaces its table all the time; the tables of before grow old, and keep what they hold until the next full collection.

/** What a member carries. */
export interface Member {
  /** Its place in the crowd, kept by the crowd; -1: in none. */
  place: number;
}

/** Members in no order; each in one crowd at most. */
export class Crowd<T extends Member> {
  readonly #members: T[] = [];

  get size(): number {
    return this.#members.length;
  }

  /** As with a Set, again is nothing new. */
  add(member: T): void {
    if (this.#members[member.place] === member) return;
    member.place = this.#members.push(member) - 1;
  }

  /** False: it was not in it. */
  delete(member: T): boolean {
    const { place } = member;
    if (this.#members[place] !== member) return false;
    const last = this.#members.pop() as T;
    if (last !== member) {
      this.#members[place] = last;
      last.place = place;
    }
    member.place = -1;
    return true;
  }

  /** Those in it now; members may go meanwhile. */
  all(): readonly T[] {
    return [...this.#members];
  }
}
