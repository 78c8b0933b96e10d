# syntax=docker/dockerfile:1
FROM debian:13.1
ARG DEBIAN_FRONTEND=noninteractive
RUN <<EOF
apt-get update
apt-get install -y jq python3
rm -rf /var/lib/apt/lists/*
EOF
COPY <<EOT /opt/run.sh
#!/bin/sh
export OMP_NUM_THREADS=4
python3 /opt/main.py
EOT
COPY main.py /opt/
RUN chmod 0755 /opt/run.sh
ENTRYPOINT ["/opt/run.sh"]
