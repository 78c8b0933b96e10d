// Who keeps a file locked.
#ifndef BERTH_HOLDER_H
#define BERTH_HOLDER_H

#include <stddef.h>

// Who cannot be seen; a process that is just ending, or a server whose container has ended so that it is about to; anybody else.
enum holder { HOLDER_UNSEEN, HOLDER_ENDING, HOLDER_LIVES };

// Finds the process that holds a lock on this file, as far as this user may see it, and names it.
enum holder holder_find(int file, char *text, size_t size);

#endif
