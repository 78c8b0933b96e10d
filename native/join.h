// A running instance, found by the process that stands outside of it.
#ifndef BERTH_JOIN_H
#define BERTH_JOIN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

// A descriptor of this very process: the one with this number that began at this time (clock ticks after boot, proc(5) stat,
// field 22). -1 when there is none any more: numbers are given to others again.
int process_open(pid_t number, uint64_t start);

// Enters all namespaces that the process has for its children and this one has not. Dies with the reason.
void namespaces_join(pid_t number, int process);

#endif
