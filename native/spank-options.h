// The options that the Slurm plugin adds to sbatch, salloc and srun. What they mean, `berth slurm resolve` knows.
#ifndef BERTH_SPANK_OPTIONS_H
#define BERTH_SPANK_OPTIONS_H

#include <slurm/spank.h>
#include <stddef.h>

enum { SPANK_MOST_WORDS = 256 };

// What was typed, as words of `berth slurm resolve`.
extern char *berth_spank_words[SPANK_MOST_WORDS];
extern size_t berth_spank_word_count;

// Offers the options of this site.
void berth_spank_offer_options(spank_t spank);

// Takes the typed options out of the job's variables: an srun inside the job would take them for its own, and look the image
// up once more.
void berth_spank_forget_options(spank_t spank);

#endif
