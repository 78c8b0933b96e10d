// Why the kernel would not start a file: the parts of program headers that exec's error numbers leave unsaid.
#ifndef BERTH_BINARY_H
#define BERTH_BINARY_H

#include <stdbool.h>
#include <stddef.h>

// True for a file with the ELF magic.
bool binary_is(const char *path);

// Says which interpreter (of a binary or a #! line) is missing. False when none is.
bool binary_explain_interpreter(const char *path, char *why, size_t size);

// Says which machine a binary is for. False when it is not a binary.
bool binary_explain_machine(const char *path, char *why, size_t size);

#endif
