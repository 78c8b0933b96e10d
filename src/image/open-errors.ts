// Why a path cannot be run or read as an image.

import { defineErrors } from "../base/errors.ts";

export const fail = defineErrors({
  E_IMAGE_MISSING: {
    text: "could not open image {path}: it does not exist",
    hint: "check the name; an image in a registry is written docker://NAME",
    http: 404,
  },
  E_IMAGE_ACCESS: {
    text: "could not open image {path}: {reason}",
    hint: "ask the owner of the file for read permission",
    http: 403,
  },
  E_IMAGE_UNKNOWN: {
    text: "could not open image {path}: it is {what}, not a container image",
    hint: "{hint}",
    http: 400,
  },
  E_IMAGE_ENCRYPTED: {
    text: "could not open image {path}: its root file system is encrypted ({fs})",
    hint: "{cure}",
  },
  E_IMAGE_NO_ROOT: {
    text: "could not open image {path}: this SIF file holds no root file system (it has {objects})",
    hint: "only images with a primary partition can be run",
  },
  E_IMAGE_FILESYSTEM: {
    text: "could not open image {path}: its root file system is {fs}, which only root may mount",
    hint: "repack it: apptainer build NEW.sif {path}, or copy its files into a directory and use that",
  },
});
