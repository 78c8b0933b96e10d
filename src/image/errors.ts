// What can go wrong between layers and one squashfs file. Sentences name the layer and the entry, since the reader
// of the message has to find them in somebody else's image.

import { defineErrors } from "../base/errors.ts";

export const fail = defineErrors({
  E_NO_LAYERS: {
    text: "the image {image} has no layers",
    hint: "it holds nothing to run; check that the reference names an image and not an artifact",
  },
  E_LAYER_ENCODING: {
    text: "{layer}: {reason}",
    hint: "layers may be plain tar, gzip or zstd; rebuild or convert the image if it uses something else",
  },
  E_LAYER_TAR: {
    text: "{layer}: {reason}",
    hint: "the layer is not a complete tar archive; build and push the image again",
  },
  E_LAYER_ENTRY: {
    text: '{layer}: the entry "{entry}" was refused: {reason}',
    hint: "no trustworthy tool writes such an entry; ask the image's author, or rebuild the image",
  },
  E_LAYER_PARENT: {
    text: '{layer}: the entry "{entry}" was refused: "{parent}", which leads to it, is not a directory but {kind}',
    hint: "writing through it could reach outside of the image; rebuild the image so that the entry names the real directory",
  },
  E_LAYER_LINK: {
    text: '{layer}: the hard link "{entry}" was refused: {reason}',
    hint: "ask the image's author, or rebuild the image",
  },
  E_LAYER_LIMIT: {
    text: "{layer}: {reason}",
    hint: "the image is larger than the limit set against archive bombs; raise the limit if you trust it",
  },
  E_IMAGE_FILE: {
    text: "the image file {path} could not be written: {reason}",
    hint: "check the folder's permissions and its free space",
  },
  E_SQUASHFS_TOOL_MISSING: {
    text: "no program that writes squashfs with this compression was found",
    hint: "leave the compression at zstd, or install squashfs-tools-ng (tar2sqfs), or squashfs-tools 4.5 or later (mksquashfs)",
  },
  E_SQUASHFS_OPTION: {
    text: "{what}",
    hint: "compression is one of zstd, gzip, xz, lz4, lzo; the block size a power of two from 4 KiB to 1 MiB",
    exit: 1,
    http: 400,
  },
  E_SQUASHFS_WRITE: {
    text: "{tool} could not write the image file ({ending}){said}",
    hint: "check the free space of the target's file system, and memory",
  },
  E_SQUASHFS_LIMIT: {
    text: "squashfs cannot hold what the image has: {what}",
    hint: "the image cannot be converted as it is; rebuild it without that",
  },
  E_SQUASHFS_TREE: {
    text: 'the entry "{entry}" does not fit into the image: {reason}',
    hint: "the layers contradict each other; rebuild the image",
  },
});
