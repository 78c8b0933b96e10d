#!/bin/sh
# Starts a notebook on a workstation.
docker build -t notebook:test2 .
docker run -d --privileged --net=host \
  -v /:/host -v "$HOME/work:/work" \
  -v /var/run/docker.sock:/var/run/docker.sock \
  --log-driver none notebook:test2
docker commit notebook notebook:2024
