# Meant to be pasted below another file, and built alone by mistake
ENV CFLAGS=-O2
ARG LLVM=18
FROM debian:13.1
RUN apt-get update \
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends clang-${LLVM} netcat-openbsd \
 && rm -rf /var/lib/apt/lists/*
COPY build.sh $TOOLDIR/
RUN sh $TOOLDIR/build.sh
