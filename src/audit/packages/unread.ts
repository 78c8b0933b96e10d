// Package managers whose databases nobody here reads: that they are there is a gap, for a catalogue without their packages
// would look whole.

import type { Cataloguer } from "./cataloguer.ts";

const PLACES: readonly (readonly [place: RegExp, manager: string])[] = [
  [/^(?:usr\/)?var\/lib\/pacman\/local\/ALPM_DB_VERSION$/, "pacman (Arch Linux)"],
  [/^nix\/var\/nix\/db\/db\.sqlite$/, "Nix"],
  [/^var\/guix\/db\/db\.sqlite$/, "Guix"],
  [/^var\/lib\/portage\/world$/, "Portage (Gentoo)"],
  [/^(?:usr\/|var\/)?lib\/opkg\/status$/, "opkg"],
  [/^var\/lib\/swupd\/version$|^usr\/share\/clear\/versionstamp$/, "swupd (Clear Linux)"],
];

export const unread: Cataloguer = {
  name: "unread",
  wants(path) {
    const manager = PLACES.find(([place]) => place.test(path))?.[1];
    return manager === undefined ? undefined : { maxBytes: 0, gap: `packages of ${manager} are not read` };
  },
  read: () => ({}),
};
