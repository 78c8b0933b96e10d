// How the native programs speak: one line on stderr, made safe for a terminal, and an exit status.
#ifndef BERTH_SAY_H
#define BERTH_SAY_H

enum { EXIT_CALLED = 1, EXIT_LAUNCH = 255, EXIT_IMAGE = 3, EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

// The program's name in front of every line.
extern const char *say_program;

// A descriptor that is told the last words (die, die_with) as well, or -1: somebody may wait for more than an exit status.
extern int say_also;

// The status with which `die` ends: EXIT_LAUNCH unless the plan says who is called.
extern int say_status;

// The status with which `die_in_image` ends: say_status unless the plan publishes a root.
extern int say_image_status;

// Prints `PROGRAM: MESSAGE`.
__attribute__((format(printf, 1, 2))) void say(const char *format, ...);

// Prints the message and ends the process with this status.
__attribute__((format(printf, 2, 3), noreturn)) void die_with(int status, const char *format, ...);

// Prints the message and ends the process with say_status: nothing of the payload has run.
__attribute__((format(printf, 1, 2), noreturn)) void die(const char *format, ...);

// As `die`, for what cannot be done because the image is as it is.
__attribute__((format(printf, 1, 2), noreturn)) void die_in_image(const char *format, ...);

// strerror's words as the programs around this one say them, whichever C library this one has: musl's differ where a program or a
// file of the user's cannot be had.
const char *say_reason(int error);

#endif
