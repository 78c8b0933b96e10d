// Numbers and words of gocryptfs' form (version 2, AES-256-GCM with nonces of 128 bits).

/** Before the content: the version in two bytes, and the file's number. */
export const HEADER_BYTES = 18;
/** Plain bytes of a block. */
export const PLAIN_BYTES = 4096;
/** Nonce before, tag behind. */
export const OVERHEAD = 32;
/** What the key of contents is derived for. */
export const CONTENT_INFO = "AES-GCM file content encryption";
