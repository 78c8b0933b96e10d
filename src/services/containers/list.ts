// The containers in memory, and the texts that a list answers with: made anew for what changed, so that a request costs a
// copy. Knows neither database nor engine.

import { type SpinContainer, shownContainer } from "./record.ts";

interface Entry {
  readonly container: SpinContainer;
  readonly text: string;
}

/** What the interface shows. */
export class SpinList {
  readonly #entries = new Map<string, Entry>();
  #text: Buffer | undefined;

  /** Also one that is being deleted. */
  get(id: string): SpinContainer | undefined {
    return this.#entries.get(id)?.container;
  }

  /** Of those who use the interface: what is being deleted is gone. */
  shown(id: string): SpinContainer | undefined {
    const container = this.get(id);
    return container?.status === "deleting" ? undefined : container;
  }

  all(): readonly SpinContainer[] {
    return [...this.#entries.values()].map(({ container }) => container);
  }

  put(container: SpinContainer): void {
    const text = JSON.stringify(shownContainer(container));
    // Most reports say what was said before, and the list stays as it is.
    if (this.#entries.get(container.id)?.text !== text) this.#text = undefined;
    this.#entries.set(container.id, { container, text });
  }

  /** The clock was set: reports are as old as before. */
  moveTimes(seconds: number): void {
    for (const [id, { container, text }] of this.#entries)
      if (container.reportedAt !== undefined)
        this.#entries.set(id, { container: { ...container, reportedAt: container.reportedAt + seconds }, text });
  }

  remove(id: string): void {
    if (this.#entries.delete(id)) this.#text = undefined;
  }

  /** One container as JSON. */
  textOf(id: string): string | undefined {
    return this.#entries.get(id)?.text;
  }

  /** All that are shown as JSON, in the order of their making; the same bytes until something changes. */
  text(): Buffer {
    this.#text ??= Buffer.from(`[${this.#sorted().join(",")}]`);
    return this.#text;
  }

  #sorted(): readonly string[] {
    const shown = [...this.#entries.values()].filter(({ container }) => container.status !== "deleting");
    shown.sort(({ container: a }, { container: b }) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    return shown.map(({ text }) => text);
  }
}
