FROM ubuntu:24.04
COPY packages.txt /etc/packages.txt
RUN apt-get update; xargs -a /etc/packages.txt apt-get install -y
RUN sh -c 'apt-get update && apt-get install gdb'
RUN for p in numpy scipy; do pip install --no-cache-dir $p; done
RUN install_all() { \
      DEBIAN_FRONTEND=noninteractive apt-get -y install "$@"; \
    }; \
    install_all libhdf5-dev libopenblas0
ENTRYPOINT ["/bin/bash", "-l"]
