// The answer of one check, and the words for a cure that differ between distributions.

import type { Facts } from "./facts.ts";

/** `gap`: something that berth needs is missing. `warn`: it works, with less. `unknown`: the machine does not tell. */
export type State = "ok" | "warn" | "gap" | "unknown";

export interface Finding {
  readonly name: string;
  readonly state: State;
  /** What was found, one line. */
  readonly found: string;
  /** What follows from it for the user; absent when all is well. */
  readonly consequence?: string;
  /** What to do: commands, or a sentence for the administrator. */
  readonly cure?: string;
}

/** A finding without its name, which the table of checks adds. */
export type Verdict = Omit<Finding, "name">;

/** All is well. */
export function ok(found: string): Verdict {
  return { state: "ok", found };
}

/** Packages that hold a program: on Debian and Ubuntu, and on Fedora, RHEL and their kin. */
export interface Packages {
  readonly apt: string;
  readonly dnf: string;
}

/** The command that installs a package on this distribution. */
export function install(facts: Facts, packages: Packages): string {
  const is = (...ids: string[]): boolean => ids.some((id) => facts.distributions.includes(id));
  if (is("debian", "ubuntu")) return `sudo apt install ${packages.apt}`;
  if (is("fedora", "rhel", "centos")) return `sudo dnf install ${packages.dnf}`;
  return `install ${packages.apt} (Debian's name) or ${packages.dnf} (Fedora's name)`;
}
