// How the Slurm plugin calls berth: a child process with an argument array, an environment and no descriptor of Slurm's, that
// has a time in which to end. Knows nothing of Slurm.
#ifndef BERTH_SPANK_CALL_H
#define BERTH_SPANK_CALL_H

#include <stdbool.h>
#include <stddef.h>

enum { SPANK_TEXT = 64 * 1024 };

// What berth has said. Both texts end with a NUL; what is longer than they are is dropped.
struct spank_answer {
  char out[SPANK_TEXT], err[SPANK_TEXT];
  bool late; // it was ended because its time was over
};

// Runs argv[0] and waits at most `seconds`. Its exit status, 128 + a signal's number, or -1 with errno when there is none to be
// had. Whatever it has started goes with it when its time is over.
int berth_spank_call(char *const argv[], char *const envp[], unsigned seconds, struct spank_answer *answer);

#endif
