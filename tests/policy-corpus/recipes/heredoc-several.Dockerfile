# syntax=docker/dockerfile:1
FROM python:3.12.6-slim-bookworm
RUN <<PY python3 - && <<'SH' bash -e
import pathlib
pathlib.Path("/opt/data").mkdir(parents=True)
PY
echo "cd /nowhere | cat"
mkdir -p /opt/out
SH
RUN <<'EOF'
#!/usr/bin/env bash
set -euo pipefail
pip install --no-cache-dir scipy
curl -fsSL https://data.site.example/masks/land.nc | sha256sum > /opt/data/land.sum
EOF
RUN <<'EOF'
#!/usr/bin/env python3
import sys
print("apt-get install vim", sys.version)
EOF
COPY --chmod=777 <<X /opt/data/readme.txt
sudo yum install is not a command here
X
