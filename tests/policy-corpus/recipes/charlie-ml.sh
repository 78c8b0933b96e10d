#!/bin/sh
ch-run --bind=/nobackup/fred/data:/data /att/lscratch/fred/torch -- python3 train.py
ch-run -b /usr:/host/usr -w /att/lscratch/fred/torch -- pip install lightning
singularity shell --writable sandbox/
singularity -B /home:/var exec container.sif true
