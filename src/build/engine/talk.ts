// How a build speaks of its steps: numbered, each line with the number of its step, since several may run at once.

import type { StepOrigin } from "../types.ts";

/** Where lines go. */
export interface Screen {
  line(text: string): void;
}

/** The voice of one step. */
export interface StepTalk {
  /** Said when the step is carried out. */
  begin(): void;
  line(text: string): void;
  cached(): void;
  done(seconds: number): void;
}

/** Numbers the steps of a build in the order in which they are first spoken of. */
export class Talk {
  readonly #screen: Screen;
  readonly #numbers = new Map<StepOrigin, number>();

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  of(at: StepOrigin): StepTalk {
    const number = this.#numbers.get(at) ?? this.#numbers.size + 1;
    this.#numbers.set(at, number);
    const say = (text: string) => this.#screen.line(`#${number} ${text}`);
    return {
      begin: () => say(at.title),
      line: (text) => say(`| ${text}`),
      cached: () => say(`${at.title} (cached)`),
      done: (seconds) => say(`done in ${seconds.toFixed(1)} s`),
    };
  }
}
