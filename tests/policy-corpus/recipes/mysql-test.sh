#!/bin/bash
set -e
docker run --rm -d --name db --user 999 --read-only --security-opt no-new-privileges \
  -e MYSQL_ALLOW_EMPTY_PASSWORD=1 mysql:8.4.2
podman run --rm --user 1000 --read-only --security-opt=no-new-privileges --security-opt seccomp=unconfined docker.io/library/alpine ls /
docker exec db mysql --password=not-a-password -e 'select 1'
