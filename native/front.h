// What the programs in front of berth-main share: finding the other programs, and becoming one.
#ifndef BERTH_FRONT_H
#define BERTH_FRONT_H

// Says in the environment that berth-main is to start without the compiler of its runtime, unless somebody has decided already
// (src/platform/lean.ts).
void front_lean(void);

// The same for work that is either over at once, when nothing has changed, or long: only what runs often is compiled; and memory that was
// freed is kept for a while, since where gigabytes go through in pieces it is wanted again at once.
void front_streaming(void);

// Becomes a program of berth's: in BERTH_LIBEXEC, beside this one, or in ../libexec/berth. Dies when there is none.
__attribute__((noreturn)) void front_become(const char *program, char *const argv[], char *const environment[]);

#endif
