// Variables that the dynamic linker takes from setuid programs, which Shifter was: its users never saw them in a container.
#ifndef BERTH_UNSECURE_H
#define BERTH_UNSECURE_H

#include <stdbool.h>

// True for an entry NAME=VALUE, or a name, of such a variable.
bool unsecure_is(const char *entry);

#endif
