// An image that is ready to be written somewhere: built, pulled, or read from a file. Knows neither where it came from nor
// where it goes.

import type { ImageAttributes } from "../image/metadata/attributes.ts";
import type { BlobSource, OciImage } from "../oci/types.ts";

/** An image, its blobs, and what `inspect` shall say of it where its configuration does not tell. */
export interface ReadyImage {
  readonly image: OciImage;
  readonly blobs: BlobSource;
  readonly attributes?: ImageAttributes;
  /** The image whose documents a SIF file keeps, when this one only holds its files. */
  readonly documents?: OciImage;
}
