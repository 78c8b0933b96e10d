#!/bin/sh
# Converts a folder of scenes; podman runs as the caller.
set -eu
scenes=${1:?the folder of scenes}
podman run --rm --user 1000:1000 --read-only --tmpfs /tmp \
  --cap-drop all --security-opt no-new-privileges \
  --memory 4g --pids-limit 200 --cpus 2 \
  --volume "$scenes:/scenes:ro" --volume "$scenes.out:/out" \
  registry.example/geo/convert:3.2.1@sha256:2b0f5d7ac3a1e8d94c6b7a8f90e1d2c3b4a5968778695a4b3c2d1e0f9a8b7c6d convert /scenes /out
printf 'privileged: yes; docker.sock\n' > /dev/null
