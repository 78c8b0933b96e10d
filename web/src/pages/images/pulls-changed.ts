// Counts the wishes that were made here, so that the list of pulls is loaded anew.

import { signal } from "@preact/signals";

export const pullsChanged = signal(0);
