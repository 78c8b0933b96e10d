FROM debian:12.7
SHELL ["/bin/bash", "-euo", "pipefail", "-c"]
RUN export DEBIAN_FRONTEND=noninteractive; \
    apt-get update; \
    apt-get install --yes libfftw3-bin \
      `# the fonts of the plots` fonts-dejavu; \
    rm -rf /var/lib/apt/lists/*
RUN cat /etc/passwd | cut -d: -f1 | sort > /opt/names
RUN if command -v apt-get; then apt-get update && apt-get install -y --no-install-recommends screen; fi \
 && rm -rf /var/lib/apt/lists/*
SHELL ["/bin/sh", "-c"]
RUN ls /opt | wc -l
RUN (cd /opt && touch x) && pushd /opt || true
RUN nice -n 10 time pip3 install --break-system-packages -e /opt/pkg
RUN env HOME=/opt bash -c "curl -sS https://get.site.example/cli | python3 -"
RUN GIT_SSL_NO_VERIFY=1 git -c http.sslVerify=false clone -b v2 https://git.site.example/a/d.git /opt/d
ENTRYPOINT ["python3", "-m", "pkg"]
