// Sets extended attributes on files, for a runtime that cannot.
#ifndef BERTH_PACK_ATTRIBUTES_H
#define BERTH_PACK_ATTRIBUTES_H

#include <stdbool.h>

// True for the attributes that travel with an image.
bool attribute_travels(const char *name);

// Reads records from standard input, each word ended by NUL: `copy` FROM TO gives TO the attributes of FROM that travel;
// `set` PATH NAME HEX gives PATH one attribute. Links are not followed. File systems without attributes are passed over.
void attributes_apply(void);

#endif
