// Who keeps a file locked.
#ifndef BERTH_HOLDER_H
#define BERTH_HOLDER_H

#include <stdbool.h>
#include <stddef.h>

// Names the process that holds a lock on this file, as far as this user may see it. False when it is nobody's container (any
// more): a server that is about to end, or somebody who cannot be seen.
bool holder_find(int file, char *text, size_t size);

#endif
