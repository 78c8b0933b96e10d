// What the desk tells of pins: which are asked for, and an image with who holds it. Part of ./types.ts.

import type { ImageName } from "./types.ts";

export interface PinFilter {
  readonly system: string;
  /** Only of the image that this name leads to. */
  readonly name?: ImageName | undefined;
  /** Only those that the caller set. */
  readonly mine?: boolean | undefined;
  readonly limit?: number | undefined;
  readonly after?: string | undefined;
}

/** An image and who holds it. */
export interface HeldImage {
  readonly system: string;
  readonly imageId: string;
  readonly itype: string;
  /** Its names, as far as the caller may know them. */
  readonly tags: readonly string[];
  readonly holder: string;
  /** Who set the pin. */
  readonly uid: number | null;
  readonly createdAt: number;
  /** Null: until it is taken away. */
  readonly until: number | null;
}
