// A clock for deciding how long something lasts, which setting the machine's clock does not disturb; its readings are
// still seconds since 1970, so that they can be kept in a database and shown.

/** The clocks of a machine. */
export interface MachineClocks {
  /** Seconds since 1970; somebody may set it. */
  readonly wall: () => number;
  /** Seconds since some moment; nobody sets it. */
  readonly monotonic: () => number;
}

/** A clock that goes on evenly. */
export interface SteadyClock {
  /** Seconds since 1970, as the machine's clock would say had nobody set it since `settle`. */
  now(): number;
  /**
   * Goes over to the machine's clock. The answer: by how many seconds that was set; what is kept in old readings must be
   * moved by as much. 0: it was not set, or by so little that it is a correction.
   */
  settle(): number;
}

/** Smaller steps are those of a service that keeps the clock right. */
const CORRECTION = 5;

/** The clocks of this machine. */
export const MACHINE_CLOCKS: MachineClocks = {
  wall: () => Date.now() / 1000,
  monotonic: () => performance.now() / 1000,
};

/** A steady clock over the machine's. */
export function makeSteadyClock({ wall, monotonic }: MachineClocks = MACHINE_CLOCKS): SteadyClock {
  let offset = wall() - monotonic();
  return {
    now: () => monotonic() + offset,
    settle() {
      const step = wall() - monotonic() - offset;
      offset += step;
      return Math.abs(step) > CORRECTION ? step : 0;
    },
  };
}
