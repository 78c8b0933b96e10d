// An encrypted image: one squashfs file inside gocryptfs inside a squashfs, as Apptainer packs it without privileges.
#ifndef BERTH_ENCRYPTED_H
#define BERTH_ENCRYPTED_H

#include "plan.h"

// Mounts the three of them, each served from the one below, and wipes the passphrase. Returns the innermost mount, read-only and unattached.
int encrypted_mount(const struct plan *plan);

#endif
