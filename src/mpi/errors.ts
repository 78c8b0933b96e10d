// What can go wrong while libraries are looked at and collected.

import { defineErrors } from "../base/errors.ts";

export const fail = defineErrors({
  E_MPI_NONE: {
    text: "no MPI library was found in {place}",
    hint: "name the directory in which libmpi.so.* or libmpich.so.* lies",
    exit: 1,
  },
  E_MPI_SEVERAL: {
    text: "{path} holds several installations of MPI: {found}",
    hint: "name the library of one of them with --from",
    exit: 1,
  },
  E_MPI_UNRESOLVED: {
    text: "{library} needs {needed}, which is nowhere on this host",
    hint: "install it, load the environment module that brings it (LD_LIBRARY_PATH is searched), or leave the library out",
    exit: 1,
  },
  E_MPI_TARGET_FOREIGN: {
    text: "{path} exists and was not made by berth node prepare-mpi",
    hint: "choose another folder",
    exit: 1,
  },
  E_MPI_TARGET_DIFFERS: {
    text: "{path} holds other libraries: {what}",
    hint: "choose another folder, since jobs may be using this one, or say --replace",
    exit: 1,
  },
  E_MPI_WRITE: {
    text: "{path} cannot be written: {reason}",
    exit: 1,
  },
  E_MPI_PREPARED: {
    text: "{path} is not the list of a folder made by berth node prepare-mpi: {reason}",
    hint: "prepare the folder again",
    exit: 1,
  },
});
