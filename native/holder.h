// Who keeps a file locked.
#ifndef BERTH_HOLDER_H
#define BERTH_HOLDER_H

#include <stddef.h>

// Names a process that holds a lock on this file, as far as this user may see it.
void holder_name(int file, char *text, size_t size);

#endif
